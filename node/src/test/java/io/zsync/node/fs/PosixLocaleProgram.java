package io.zsync.node.fs;

import io.zsync.protocol.Name;
import io.zsync.protocol.RelativePath;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/** Run by {@link OtherProcessTest} where no character beyond ASCII can be told. */
final class PosixLocaleProgram {
    private PosixLocaleProgram() {}

    /** @param arguments a directory as a URI, or none for the working directory */
    public static void main(String[] arguments) throws IOException {
        require("ANSI_X3.4-1968".equals(System.getProperty("sun.jnu.encoding")), "the locale is not POSIX");
        Path path = arguments.length == 0 || arguments[0].isEmpty() ? Path.of("") : Path.of(URI.create(arguments[0]));
        List<Name> names = List.of(
                Name.of(new byte[] {(byte) 0xC3, (byte) 0xA4, ' ', (byte) 0xFF}),
                Name.of(new byte[] {(byte) 0xE2, (byte) 0x82, (byte) 0xAC}));
        for (Kernel kernel : List.of(Kernel.OLD, Kernel.CURRENT)) {
            try (LinuxRoot root = LinuxRoot.open(path, kernel);
                    Directory top = root.directory(RelativePath.ROOT)) {
                for (Name name : names) {
                    try (OpenFile file = top.create(Name.reserved(1))) {
                        file.channel().write(ByteBuffer.wrap(new byte[3]));
                    }
                    top.rename(Name.reserved(1), name, Directory.Rename.REPLACE);
                }
                List<Name> listed = top.list().members().stream()
                        .map(Directory.Member::name)
                        .toList();
                require(names.equals(listed), "listed " + listed);
                String described = root.describe();
                require(
                        path.toString().isEmpty() ? described.equals(".") : described.endsWith("\u00e4 \\xff"),
                        described);
            }
        }
    }

    private static void require(boolean condition, String otherwise) {
        if (!condition) {
            throw new IllegalStateException(otherwise);
        }
    }
}
