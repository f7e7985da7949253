package io.zsync.node.trust;

import io.zsync.node.api.RunFailure;
import java.io.IOException;
import java.nio.file.Path;

/** Run by {@link IdentityFileTest}, twice at once: says that it is ready, waits for a line, uses many folders first. */
final class FirstUseProgram {
    private FirstUseProgram() {}

    public static void main(String[] arguments) throws IOException, RunFailure {
        // Loads all classes first, so that the two run side by side.
        Identity.generate();
        System.out.print("r");
        System.out.flush();
        System.in.read();
        for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
            Path folder = Path.of(System.getenv("HOME"), "folder " + i);
            System.out.println(
                    Identity.loadOrCreate(new ConfigFolder(folder, folder)).id());
        }
    }
}
