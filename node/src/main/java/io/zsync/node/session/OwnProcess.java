package io.zsync.node.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process may do and leaves out, as the kernel sees it. */
final class OwnProcess {
    private static final String UMASK = "Umask:";
    private static final int OCTAL = 8;
    private static final String DESCRIPTORS = "Max open files";

    private OwnProcess() {}

    /** Whether it may do what only root may: give files away, work in directories closed to their owner. */
    static boolean isSuperuser() throws IOException {
        // The owner of /proc/self is the effective user.
        return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    }

    /** The permission bits that new objects do not get. */
    static int umask() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith(UMASK)) {
                return Integer.parseInt(line.substring(UMASK.length()).strip(), OCTAL);
            }
        }
        throw new IOException("no umask in /proc/self/status");
    }

    /** How many descriptors it may have. */
    static int descriptors() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith(DESCRIPTORS)) {
                String soft = line.substring(DESCRIPTORS.length()).strip().split(" +", 2)[0];
                return soft.equals("unlimited")
                        ? Integer.MAX_VALUE
                        : (int) Math.min(Integer.MAX_VALUE, Long.parseLong(soft));
            }
        }
        throw new IOException("no limit of descriptors in /proc/self/limits");
    }
}
