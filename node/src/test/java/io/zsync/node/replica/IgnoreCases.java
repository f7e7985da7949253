package io.zsync.node.replica;

import io.zsync.protocol.Name;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/** Makes trees with rule files in them: awkward names, and patterns that are real paths bent a little, so that many match. */
final class IgnoreCases {
    /** A directory of a case: its rule file's text, and its members, those that are directories with what is in them. */
    static final class Folder {
        byte[] rules = {};
        final TreeMap<Name, Folder> folders = new TreeMap<>();
        final List<Name> files = new ArrayList<>();
    }

    private static final byte[][] NAMES = names(
            "a",
            "b",
            "c",
            "ab",
            "abc",
            "aa",
            "A",
            "B1",
            "a.b",
            ".a",
            "a.o",
            "b.o",
            "foo",
            "bar",
            "foo.bar",
            "foobar",
            "a b",
            " a",
            "a ",
            "a  ",
            "#a",
            "!a",
            "\\a",
            "a\\b",
            "[a]",
            "a]",
            "a*b",
            "*",
            "**",
            "a?",
            "?",
            "-",
            "a-b",
            "^a",
            "a+b",
            "a{1}b",
            "a|b",
            "(a)",
            "$a",
            "a,b",
            "a\tb",
            "a\nb",
            "a\r",
            "~",
            "_a",
            "9",
            "\u00e9",
            "a\u00e9",
            "\u65e5\u672c");
    private static final String[] SETS = {
        "[ab]", "[!a]", "[^a]", "[a-c]", "[]a]", "[!]a]", "[a-]", "[-a]", "[\\]a]", "[a\\-c]", "[[:alpha:]]",
                "[![:alpha:]]",
        "[[:space:][:punct:]]", "[[:upper:][:digit:]]", "[a,b]", "[*]", "[?]", "[[]", "[[:]", "[[:a]", "[[:bad:]]",
                "[a", "[c-a]", "[a-c-e]",
        "[\\a]", "[+-9]", "[.-0]", "[a/b]"
    };

    private final Random random;
    private final List<byte[][]> paths = new ArrayList<>();

    IgnoreCases(Random random) {
        this.random = random;
    }

    private static byte[][] names(String... texts) {
        byte[][] names = new byte[texts.length + 4][];
        for (int i = 0; i < texts.length; i++) {
            names[i] = texts[i].getBytes(StandardCharsets.UTF_8);
        }
        names[texts.length] = new byte[] {(byte) 0xff};
        names[texts.length + 1] = new byte[] {'a', (byte) 0xc3};
        names[texts.length + 2] = new byte[] {(byte) 0xc3, (byte) 0x28, 'b'};
        names[texts.length + 3] = new byte[] {(byte) 0x80, (byte) 0xa0};
        return names;
    }

    /** The next case; its tree is never empty. */
    Folder next() {
        paths.clear();
        Folder root = new Folder();
        fill(root, new byte[0][], 0);
        rules(root, new byte[0][]);
        return root;
    }

    private void fill(Folder folder, byte[][] path, int depth) {
        int members = 2 + random.nextInt(5);
        for (int i = 0; i < members; i++) {
            byte[] bytes = NAMES[random.nextInt(NAMES.length)];
            Name name = Name.of(bytes);
            if (folder.folders.containsKey(name) || folder.files.contains(name)) {
                continue;
            }
            byte[][] child = child(path, bytes);
            paths.add(child);
            if (depth < 3 && random.nextInt(5) < 2) {
                Folder below = new Folder();
                folder.folders.put(name, below);
                fill(below, child, depth + 1);
            } else {
                folder.files.add(name);
            }
        }
    }

    private static byte[][] child(byte[][] path, byte[] name) {
        byte[][] child = java.util.Arrays.copyOf(path, path.length + 1);
        child[path.length] = name;
        return child;
    }

    private void rules(Folder folder, byte[][] path) {
        if (path.length == 0 || random.nextInt(3) == 0) {
            folder.rules = text(path.length);
        }
        folder.folders.forEach((name, below) -> rules(below, child(path, name.bytes())));
    }

    private byte[] text(int depth) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        if (random.nextInt(10) == 0) {
            text.writeBytes(new byte[] {(byte) 0xef, (byte) 0xbb, (byte) 0xbf});
        }
        int lines = 1 + random.nextInt(4);
        for (int i = 0; i < lines; i++) {
            byte[] line = line(depth);
            while (isUnlikeItsManual(new String(line, StandardCharsets.ISO_8859_1))) {
                line = line(depth);
            }
            text.writeBytes(line);
            if (random.nextInt(15) == 0) {
                text.write('\r');
            }
            if (i + 1 < lines || random.nextInt(4) > 0) {
                text.write('\n');
            }
        }
        return text.toByteArray();
    }

    /**
     * Git cuts off what comes before the first wildcard and only then looks for {@code **} at a component's start, so that
     * {@code foo**}{@code /bar} matches {@code foobar}; its manual says otherwise, and we keep to the manual. Nor does it let
     * {@code **}, before an escaped slash, stand for nothing.
     */
    private static boolean isUnlikeItsManual(String line) {
        boolean hasSlash = line.contains("/");
        return (hasSlash && line.matches("(?s)!?/?[^*?\\[\\\\]*[^*?\\[\\\\/]\\*\\*+(/.*|\\s*)"))
                || line.contains("**\\/");
    }

    private byte[] line(int depth) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        switch (random.nextInt(20)) {
            case 0 -> line.write('#');
            case 1, 2, 3, 4, 5 -> line.write('!');
            case 6 -> line.write(' ');
            default -> {}
        }
        byte[][] path = paths.get(random.nextInt(paths.size()));
        int from = random.nextInt(3) > 0 ? path.length - 1 : Math.min(depth, path.length - 1);
        if (random.nextInt(4) == 0) {
            line.write('/');
        }
        if (random.nextInt(10) == 0) {
            line.writeBytes(ascii("**/"));
        }
        for (int i = from; i < path.length; i++) {
            if (i > from) {
                line.writeBytes(ascii(random.nextInt(12) == 0 ? "\\/" : random.nextInt(25) == 0 ? "//" : "/"));
            }
            switch (random.nextInt(12)) {
                case 0 -> line.write('*');
                case 1 -> line.writeBytes(ascii(random.nextInt(4) == 0 ? "***" : "**"));
                default -> component(line, path[i]);
            }
        }
        switch (random.nextInt(14)) {
            case 0, 1, 2 -> line.write('/');
            case 3 -> line.writeBytes(ascii("/**"));
            case 4 -> line.writeBytes(ascii("/*"));
            case 5 -> line.writeBytes(ascii("  "));
            case 6 -> line.writeBytes(ascii("\\ "));
            case 7 -> line.write(random.nextBoolean() ? '\t' : '\\');
            default -> {}
        }
        return line.toByteArray();
    }

    private void component(ByteArrayOutputStream line, byte[] name) {
        boolean bent = random.nextBoolean();
        for (byte b : name) {
            switch (bent ? random.nextInt(12) : 11) {
                case 0 -> line.write('?');
                case 1 -> line.write('*');
                case 2 -> line.writeBytes(ascii("**"));
                case 3 -> line.writeBytes(new byte[] {'*', b});
                case 4 -> line.writeBytes(new byte[] {'\\', b});
                case 5, 6 -> line.writeBytes(ascii(SETS[random.nextInt(SETS.length)]));
                case 7 -> line.writeBytes(new byte[] {'[', b, ']'});
                case 8 -> line.writeBytes(new byte[] {b, '*'});
                default -> {
                    if (bent || random.nextInt(3) == 0 || "*?[\\".indexOf(b) < 0) {
                        line.write(b);
                    } else {
                        line.writeBytes(new byte[] {'\\', b});
                    }
                }
            }
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
