package io.zsync.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Where the words of a command line come from: the kernel's copy of them, and the files that {@code @FILE} names. */
final class Arguments {
    private static final Path KERNEL_COPY = Path.of("/proc/self/cmdline");
    private static final int FILE_LENGTH = 16 << 20;
    private static final int FILE_DEPTH = 8;

    private Arguments() {}

    /** The words of this process, undecoded where the kernel shows them, else as the JVM decoded them. */
    static List<Argument> ofProcess(String[] decoded) {
        try {
            return matching(Files.readAllBytes(KERNEL_COPY), decoded);
        } catch (IOException e) {
            return decodedOnly(decoded);
        }
    }

    /** The last words of a NUL-terminated list, if they can be those that the JVM handed over. */
    static List<Argument> matching(byte[] kernelCopy, String[] decoded) {
        List<Argument> all = split(kernelCopy, '\0');
        if (all.size() <= decoded.length) {
            return decodedOnly(decoded);
        }
        List<Argument> words = all.subList(all.size() - decoded.length, all.size());
        for (int i = 0; i < decoded.length; i++) {
            if (words.get(i).isAscii() && !words.get(i).text().equals(decoded[i])) {
                return decodedOnly(decoded);
            }
        }
        return List.copyOf(words);
    }

    private static List<Argument> decodedOnly(String[] decoded) {
        List<Argument> words = new ArrayList<>(decoded.length);
        for (String word : decoded) {
            words.add(Argument.of(word));
        }
        return words;
    }

    /** The words with each {@code @FILE} before a {@code --} replaced by that file's lines; empty lines do not count. */
    static List<Argument> expand(List<Argument> words) throws UsageError {
        List<Argument> expanded = new ArrayList<>(words.size());
        expand(words, expanded, 0, false);
        return expanded;
    }

    private static boolean expand(List<Argument> words, List<Argument> into, int depth, boolean literal)
            throws UsageError {
        boolean literally = literal;
        for (Argument word : words) {
            if (!literally && word.startsWith("@")) {
                if (depth == FILE_DEPTH) {
                    throw new UsageError(
                            "argument files name each other more than " + FILE_DEPTH + " deep (" + word + ")", null);
                }
                literally = expand(lines(word), into, depth + 1, false);
            } else {
                literally |= word.text().equals("--");
                into.add(word);
            }
        }
        return literally;
    }

    private static List<Argument> lines(Argument word) throws UsageError {
        Argument name = word.from(1);
        if (name.isEmpty()) {
            throw new UsageError(
                    "@ without a file name", "@FILE reads arguments from FILE; the path @ is typed as ./@.");
        }
        byte[] content;
        try (InputStream in = Files.newInputStream(name.path())) {
            content = in.readNBytes(FILE_LENGTH + 1);
        } catch (IOException e) {
            String why = e instanceof NoSuchFileException ? "no such file" : "cannot be read";
            throw new UsageError(
                    "argument file: " + why + " (" + name + ")",
                    "A path that starts with @ is typed as ./" + word + ".");
        }
        if (content.length > FILE_LENGTH) {
            throw new UsageError("argument file: more than 16 MiB (" + name + ")", null);
        }
        List<Argument> lines = split(content, '\n');
        lines.removeIf(Argument::isEmpty);
        return lines;
    }

    /** Pieces that each end with the separator; the last one may go without. */
    private static List<Argument> split(byte[] bytes, char separator) {
        List<Argument> pieces = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= bytes.length; i++) {
            boolean ends = i == bytes.length ? from < i : bytes[i] == separator;
            if (ends) {
                pieces.add(Argument.of(Arrays.copyOfRange(bytes, from, i)));
                from = i + 1;
            }
        }
        return pieces;
    }
}
