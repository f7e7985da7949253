package io.zsync.cli;

import io.zsync.protocol.Escape;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * One word of the command line as the bytes that were typed. The JVM decodes its arguments by the locale and loses
 * every byte that does not fit; a path made here names the file that the user named, in any locale. Immutable.
 */
final class Argument {
    private final byte[] bytes;

    private Argument(byte[] bytes) {
        this.bytes = bytes;
    }

    static Argument of(byte[] bytes) {
        return new Argument(bytes.clone());
    }

    static Argument of(String text) {
        return new Argument(text.getBytes(StandardCharsets.UTF_8));
    }

    boolean isEmpty() {
        return bytes.length == 0;
    }

    boolean isAscii() {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    boolean startsWith(String prefix) {
        byte[] wanted = prefix.getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= wanted.length && Arrays.equals(bytes, 0, wanted.length, wanted, 0, wanted.length);
    }

    boolean endsWith(String suffix) {
        byte[] wanted = suffix.getBytes(StandardCharsets.US_ASCII);
        int from = bytes.length - wanted.length;
        return from >= 0 && Arrays.equals(bytes, from, bytes.length, wanted, 0, wanted.length);
    }

    int length() {
        return bytes.length;
    }

    /** A copy. */
    byte[] bytes() {
        return bytes.clone();
    }

    /** What follows the first {@code count} bytes. */
    Argument from(int count) {
        return new Argument(Arrays.copyOfRange(bytes, count, bytes.length));
    }

    /** The first {@code count} bytes. */
    Argument to(int count) {
        return new Argument(Arrays.copyOf(bytes, count));
    }

    /** Without the one slash at the end that shells complete a directory with; the root stays. */
    Argument withoutSlash() {
        return bytes.length > 1 && endsWith("/") ? to(bytes.length - 1) : this;
    }

    /** Offset of the first such byte, -1 if there is none. */
    int indexOf(char ascii) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == ascii) {
                return i;
            }
        }
        return -1;
    }

    /** As UTF-8, for words and numbers; bytes that are not valid become U+FFFD. */
    String text() {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /**
     * The path with exactly these bytes, relative as typed where the JVM knows its working directory.
     *
     * @throws UsageError if no path can be made of them
     */
    Path path() throws UsageError {
        if (isEmpty()) {
            throw new UsageError("a path is empty", null);
        }
        if (indexOf('\0') >= 0) {
            throw new UsageError("a path holds a NUL byte (" + this + ")", null);
        }
        // Percent-encoding in a URI is the one public way from bytes to a Path that does not pass through the locale.
        StringBuilder uri = new StringBuilder("file:///");
        for (byte b : bytes) {
            if (b == '/' || (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z')) {
                uri.append((char) b);
            } else {
                uri.append('%').append(Character.forDigit(b >> 4 & 15, 16)).append(Character.forDigit(b & 15, 16));
            }
        }
        Path absolute = Path.of(URI.create(uri.toString()));
        return bytes[0] == '/' ? absolute : belowWorkingDirectory(absolute.subpath(0, absolute.getNameCount()));
    }

    /** In a directory whose name the locale cannot spell the JVM resolves relative paths against a mangled name. */
    private static Path belowWorkingDirectory(Path relative) {
        try {
            Path actual = Files.readSymbolicLink(Path.of("/proc/self/cwd"));
            return actual.equals(Path.of("").toAbsolutePath()) ? relative : actual.resolve(relative);
        } catch (IOException e) {
            return relative;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Argument argument && Arrays.equals(bytes, argument.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** For people, escaped. */
    @Override
    public String toString() {
        return Escape.bytes(bytes);
    }
}
