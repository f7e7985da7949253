package io.zsync.node.fs;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.Arrays;

/** The bytes of a path as the operator gave it. */
public final class OperatorPath {
    private OperatorPath() {}

    /**
     * In the POSIX locale a path with other than ASCII bytes has no faithful text, but its URI carries every byte, percent
     * encoded. A relative path stays relative, because the text of the working directory suffers from the same loss.
     */
    public static byte[] bytes(Path path) {
        boolean absolute = path.isAbsolute();
        String encoded = (absolute ? path : path.getFileSystem().getPath("/").resolve(path))
                .toUri()
                .getRawPath();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = absolute ? 0 : 1; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(encoded, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        byte[] decoded = bytes.toByteArray();
        int length = decoded.length;
        // A URI of a directory ends with a slash that nobody typed.
        while (length > 1 && decoded[length - 1] == '/') {
            length--;
        }
        return length == 0 ? new byte[] {'.'} : Arrays.copyOf(decoded, length);
    }
}
