package io.zsync.tests.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * All that a replica has to keep of a tree, by path and attribute, as stat, find, sha256sum and getfattr see it. Names
 * and values are bytes, one to a char. Whoever lists a tree has to be able to read all of it.
 */
final class Listing {
    private static final String READ = """
            cd -- "$1"; into=$2
            # ./ ahead of every name: a leading dash is no option.
            find . -exec stat --printf='%n\\0%f\\0%u:%g\\0%.9Y\\0%s\\0%b\\0%d:%i\\0%t:%T\\0' {} + >"$into.stat"
            find . -type l -printf '%p\\0%l\\0' >"$into.links"
            find . -type f -size +0 -print0 | xargs -0 -r sha256sum -z -- >"$into.sums"
            # ACLs are among them, as system.posix_acl_*, in the one order that the kernel gives them.
            getfattr -R -P -h -d -m - -e hex . >"$into.xattrs"
            """;

    /** Small files may take a page, an extent or a block for their attributes more. */
    private static final long SLACK_BLOCKS = 16;

    /** What is smaller travels with others in one pack, holes and all, and is written at once. */
    private static final long PACKED_BLOCKS = (64 << 10) / 512;

    private static final int LINE = 600;

    private final SortedMap<String, SortedMap<String, String>> attributes = new TreeMap<>();
    private final Map<String, Long> blocks = new TreeMap<>();

    private Listing() {}

    static Listing of(Path root) {
        Path into = root.resolveSibling(root.getFileName() + ".listing");
        Outcome outcome = Command.script(READ, root, into).with("LC_ALL", "C").run();
        outcome.exits(0);
        try {
            Listing listing = new Listing();
            listing.addStats(fields(into, ".stat"));
            List<String> links = fields(into, ".links");
            for (int i = 0; i < links.size(); i += 2) {
                listing.of(links.get(i)).put("link", links.get(i + 1));
            }
            for (String sum : fields(into, ".sums")) {
                int gap = sum.indexOf("  ");
                listing.of(sum.substring(gap + 2)).put("content", sum.substring(0, gap));
            }
            listing.addXattrs(text(into, ".xattrs"));
            return listing;
        } catch (IOException e) {
            throw new AssertionError("cannot read the listing of " + root, e);
        }
    }

    /** Two trees are the same in all that a replica has to keep. */
    static void assertSame(Path one, Path two) {
        assertEquals(List.of(), of(one).differences(of(two)), () -> one + " / " + two);
    }

    private static List<String> fields(Path into, String what) throws IOException {
        List<String> fields = new ArrayList<>();
        String text = text(into, what);
        int begin = 0;
        for (int end = text.indexOf('\0'); end >= 0; end = text.indexOf('\0', begin)) {
            fields.add(text.substring(begin, end));
            begin = end + 1;
        }
        return fields;
    }

    private static String text(Path into, String what) throws IOException {
        Path file = into.resolveSibling(into.getFileName() + what);
        String text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        Files.delete(file);
        return text;
    }

    private void addStats(List<String> fields) {
        Map<String, List<String>> names = new TreeMap<>();
        for (int i = 0; i < fields.size(); i += 8) {
            String path = fields.get(i);
            int type = Integer.parseInt(fields.get(i + 1), 16);
            SortedMap<String, String> of = of(path);
            of.put("kind", Integer.toOctalString(type >> 12));
            of.put("mode", Integer.toOctalString(type & 07777));
            of.put("owner", fields.get(i + 2));
            of.put("mtime", fields.get(i + 3));
            switch (type >> 12) {
                case 010 -> {
                    of.put("size", fields.get(i + 4));
                    blocks.put(path, Long.valueOf(fields.get(i + 5)));
                }
                case 02, 06 -> of.put("device", fields.get(i + 7));
                default -> {}
            }
            if (type >> 12 != 04) {
                names.computeIfAbsent(fields.get(i + 6), inode -> new ArrayList<>())
                        .add(path);
            }
        }
        for (List<String> group : names.values()) {
            if (group.size() > 1) {
                String all = String.join(", ", new TreeSet<>(group));
                group.forEach(path -> of(path).put("names", all));
            }
        }
    }

    private void addXattrs(String dump) {
        String path = "";
        for (String line : (Iterable<String>) dump.lines()::iterator) {
            if (line.startsWith("# file: ")) {
                String name = unescaped(line.substring("# file: ".length()));
                path = name.equals(".") ? name : "./" + name;
            } else if (!line.isEmpty()) {
                int equals = line.indexOf('=');
                String name = equals < 0 ? line : line.substring(0, equals);
                of(path).put("xattr " + unescaped(name), equals < 0 ? "" : line.substring(equals + 1));
            }
        }
    }

    private static String escaped(String bytes) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            shown.append(c >= ' ' && c < 0x7f && c != '\\' ? Character.toString(c) : String.format("\\x%02x", (int) c));
        }
        return shown.length() <= LINE ? shown.toString() : shown.substring(0, LINE) + "...";
    }

    /** Octal escapes taken back. */
    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                c = (char) Integer.parseInt(text.substring(i + 1, i + 4), 8);
                i += 3;
            }
            plain.append(c);
        }
        return plain.toString();
    }

    private SortedMap<String, String> of(String path) {
        return attributes.computeIfAbsent(path, absent -> new TreeMap<>());
    }

    private long size(String path) {
        return Long.parseLong(attributes.getOrDefault(path, new TreeMap<>()).getOrDefault("size", "0"));
    }

    int size() {
        return attributes.size();
    }

    /** Whether both have an object at {@code path} that is equal but for what it takes on the disk, or neither has. */
    private boolean sameAt(String path, Listing other) {
        return Objects.equals(attributes.get(path), other.attributes.get(path));
    }

    /** One line for each attribute in which {@code other} is different, then for each file that takes other space. */
    List<String> differences(Listing other) {
        return differences(other, this, deviation -> {});
    }

    /**
     * The same, where this is what a reference made of {@code source}: a path where {@code other} is what the source is,
     * and the reference is not, is no difference but told to {@code deviations}. What a file takes on the disk has to be
     * as in the source.
     */
    List<String> differences(Listing other, Listing source, Consumer<String> deviations) {
        List<String> lines = new ArrayList<>();
        TreeSet<String> paths = new TreeSet<>(attributes.keySet());
        paths.addAll(other.attributes.keySet());
        for (String path : paths) {
            if (sameAt(path, other)) {
                continue;
            }
            if (source.sameAt(path, other) || mergedFromLinks(path, other, source)) {
                deviations.accept(path);
            } else {
                addDifferences(lines, path, other);
            }
        }
        source.blocks.forEach((path, expected) -> {
            long actual = other.blocks.getOrDefault(path, expected);
            boolean packed = source.size(path) < 512 * PACKED_BLOCKS && actual <= PACKED_BLOCKS;
            if (!packed && Math.abs(actual - expected) > SLACK_BLOCKS + expected / 10) {
                lines.add(escaped(path + ": blocks: " + expected + " / " + actual));
            }
        });
        return lines;
    }

    /**
     * Neither parts names of one object that the source has parted, unless the content asks for it; then the object has
     * the metadata of one of them, and which one depends on the order of work.
     */
    private boolean mergedFromLinks(String path, Listing other, Listing source) {
        SortedMap<String, String> actual = other.attributes.getOrDefault(path, new TreeMap<>());
        String names = actual.getOrDefault("names", "");
        return !names.isEmpty()
                && names.equals(attributes.getOrDefault(path, new TreeMap<>()).get("names"))
                && source.attributes.entrySet().stream()
                        .anyMatch(entry -> names.contains(entry.getKey())
                                && withoutNames(entry.getValue()).equals(withoutNames(actual)));
    }

    private static SortedMap<String, String> withoutNames(SortedMap<String, String> attributes) {
        SortedMap<String, String> rest = new TreeMap<>(attributes);
        rest.remove("names");
        return rest;
    }

    private void addDifferences(List<String> lines, String path, Listing other) {
        SortedMap<String, String> here = attributes.get(path);
        SortedMap<String, String> there = other.attributes.get(path);
        if (here == null || there == null) {
            lines.add(escaped(path + ": " + (here == null ? "absent / " + there : here + " / absent")));
            return;
        }
        TreeSet<String> names = new TreeSet<>(here.keySet());
        names.addAll(there.keySet());
        for (String name : names) {
            String one = here.getOrDefault(name, "none");
            String two = there.getOrDefault(name, "none");
            if (!one.equals(two)) {
                lines.add(escaped(path + ": " + name + ": " + one + " / " + two));
            }
        }
    }
}
