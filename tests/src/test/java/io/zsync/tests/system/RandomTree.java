package io.zsync.tests.system;

import io.zsync.tests.system.TreeModel.Body;
import io.zsync.tests.system.TreeModel.Extent;
import io.zsync.tests.system.TreeModel.Meta;
import io.zsync.tests.system.TreeModel.Thing;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Trees of every kind of object under awkward names, with metadata to the ends of its ranges, and what may happen to
 * them. The same seed makes the same trees. A file whose content changes always gets another time: nothing that looks at
 * size and time alone has to notice more.
 */
final class RandomTree {
    private static final int DEPTH = 7;
    private static final long PAGE = 4096;
    /** What ext4 keeps too: from 1902 to 2445. */
    private static final long FIRST_SECOND = -2_140_000_000L;

    private static final long LAST_SECOND = 15_000_000_000L;

    private static final List<String> AWKWARD = List.of(
            "new\nline",
            "newline at the end\n",
            "-dash",
            "--delete",
            "-",
            " ",
            " blank at both ends ",
            "\t",
            "\u0001",
            "\u001b[31mred",
            "\u007f",
            "\"quoted\"",
            "'",
            "\"",
            "back\\slash",
            "\\",
            "\\012",
            "*",
            "?",
            "[a]",
            "{a,b}",
            "$HOME",
            "`id`",
            "~",
            "#",
            "@file",
            "!",
            "a",
            "a-b",
            "a.b",
            "a0",
            "...",
            ".hidden",
            "a=b",
            "a:b",
            "\u00ff\u00fe",
            "cut \u00c3",
            "\u00ed\u00a0\u0080",
            bytes("größe"),
            bytes("e\u0301"),
            bytes("\u202etxt"));

    private static final List<String> TARGETS = List.of(
            "gone", "..", ".", "/", "/etc/passwd", "a", "../../up/and/away", "\u00ff", "new\nline", "a//b/", "-x");

    private final Random random;
    private long numbers;

    RandomTree(long seed) {
        random = new Random(seed);
    }

    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    TreeModel make() {
        TreeModel tree = new TreeModel(new Thing(numbers++, new Body.Directory(), meta(true)));
        int count = random.nextInt(15, 90);
        for (int i = 0; i < count; i++) {
            create(tree);
        }
        return tree;
    }

    /** Another state of {@code tree}, which stays as it is. */
    TreeModel mutate(TreeModel tree) {
        TreeModel mutated = tree.copy();
        int count = random.nextInt(2, 20);
        for (int i = 0; i < count; i++) {
            mutateOnce(mutated);
        }
        return mutated;
    }

    private void mutateOnce(TreeModel tree) {
        List<String> members = tree.members();
        if (members.isEmpty()) {
            create(tree);
            return;
        }
        String path = members.get(random.nextInt(members.size()));
        Thing thing = tree.at(path);
        switch (random.nextInt(13)) {
            case 0, 1 -> changeContent(tree, thing);
            case 2 -> tree.put(path, thing(random.nextInt(100)));
            case 3 -> toDirectory(tree, path, thing);
            case 4, 5 -> rename(tree, path);
            case 6 -> tree.remove(path);
            case 7 -> create(tree);
            case 8 -> link(tree, thing);
            case 9 -> tree.put(path, new Thing(numbers++, thing.body(), touched(thing.meta())));
            case 10 -> tree.change(new Thing(thing.number(), thing.body(), touched(thing.meta())));
            case 11 -> tree.change(new Thing(thing.number(), thing.body(), meta(thing, thing.meta())));
            default -> {
                Thing root = tree.at(TreeModel.ROOT);
                tree.change(new Thing(root.number(), root.body(), meta(true)));
            }
        }
    }

    private void changeContent(TreeModel tree, Thing thing) {
        Body body = switch (thing.body()) {
            case Body.Data data
            when data.size() < (1 << 20) && random.nextBoolean() ->
                Body.Data.dense(random.nextLong(), (int) data.size());
            case Body.Data _ -> file();
            case Body.Symlink _ -> new Body.Symlink(target());
            case Body.Device _ -> device();
            case Body.Directory directory -> directory;
            case Body.Fifo fifo -> fifo;
            case Body.Socket socket -> socket;
        };
        tree.change(new Thing(thing.number(), body, touched(thing.meta())));
    }

    private void toDirectory(TreeModel tree, String path, Thing thing) {
        if (thing.isDirectory()) {
            tree.put(path, new Thing(numbers++, file(), meta(false)));
            return;
        }
        tree.put(path, new Thing(numbers++, new Body.Directory(), meta(true)));
        for (int i = random.nextInt(3); i > 0; i--) {
            place(tree, path, thing(random.nextInt(100)));
        }
    }

    private void rename(TreeModel tree, String path) {
        List<String> directories = tree.directories();
        directories.removeIf(directory -> directory.equals(path) || directory.startsWith(path + "/"));
        String to = free(tree, directories.get(random.nextInt(directories.size())));
        tree.move(path, to);
    }

    /** Another name for an object that may have several. */
    private void link(TreeModel tree, Thing thing) {
        if (thing.isDirectory() || thing.body() instanceof Body.Socket) {
            create(tree);
            return;
        }
        List<String> directories = tree.directories();
        tree.put(free(tree, directories.get(random.nextInt(directories.size()))), thing);
    }

    private void create(TreeModel tree) {
        List<String> directories = tree.directories();
        directories.removeIf(path -> path.chars().filter(c -> c == '/').count() >= DEPTH);
        String parent = directories.get(random.nextInt(directories.size()));
        List<String> members = tree.members();
        if (!members.isEmpty() && random.nextInt(8) == 0) {
            Thing thing = tree.at(members.get(random.nextInt(members.size())));
            if (!thing.isDirectory() && !(thing.body() instanceof Body.Socket)) {
                tree.put(free(tree, parent), thing);
                return;
            }
        }
        place(tree, parent, thing(random.nextInt(100)));
    }

    private void place(TreeModel tree, String parent, Thing thing) {
        tree.put(free(tree, parent), thing);
    }

    private String free(TreeModel tree, String parent) {
        String path = parent + "/" + name();
        while (tree.holds(path)) {
            path = parent + "/" + name();
        }
        return path;
    }

    private String name() {
        return switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> AWKWARD.get(random.nextInt(AWKWARD.size()));
            case 4 -> {
                // As long as a name may be, of bytes that mean nothing.
                StringBuilder name = new StringBuilder();
                for (int i = random.nextInt(1, 255); i >= 0; i--) {
                    char c = (char) random.nextInt(1, 256);
                    name.append(c == '/' || c == '.' ? '_' : c);
                }
                yield name.toString();
            }
            case 5 -> "7".repeat(252) + random.nextInt(100, 999);
            default -> "n" + random.nextInt(500);
        };
    }

    /** @param percentile which kind, out of a hundred */
    private Thing thing(int percentile) {
        Body body = percentile < 22
                ? new Body.Directory()
                : percentile < 75
                        ? file()
                        : percentile < 86
                                ? new Body.Symlink(target())
                                : percentile < 91 ? new Body.Fifo() : percentile < 93 ? new Body.Socket() : device();
        Thing bare = new Thing(numbers++, body, meta(body instanceof Body.Directory));
        return new Thing(bare.number(), body, fitting(bare, bare.meta()));
    }

    private Body file() {
        long seed = random.nextLong();
        return switch (random.nextInt(60)) {
            case 0, 1, 2, 3, 4 -> Body.Data.dense(seed, 0);
            case 5, 6, 7, 8, 9, 10 -> Body.Data.dense(seed, random.nextInt(60_000, 300_000));
            case 11 -> Body.Data.dense(seed, random.nextInt(1 << 20, 3 << 20));
            case 12 -> random.nextInt(6) == 0 ? Body.Data.dense(seed, (8 << 20) + 12_345) : sparse(seed);
            case 13, 14, 15 -> sparse(seed);
            // Around the limits of a pack and of a page.
            case 16 -> Body.Data.dense(seed, (1 << 16) + random.nextInt(-1, 2));
            case 17 -> Body.Data.dense(seed, 4096 + random.nextInt(-1, 2));
            default -> Body.Data.dense(seed, random.nextInt(1, 3_000));
        };
    }

    /** Holes in front of, between and behind up to three extents of whole pages. */
    private Body sparse(long seed) {
        List<Extent> extents = new ArrayList<>();
        long end = PAGE * random.nextInt(2) * random.nextInt(100);
        for (int i = random.nextInt(4); i > 0; i--) {
            int length = (int) (random.nextInt(1, 20) * PAGE);
            extents.add(new Extent(end, length));
            end += length + random.nextInt(1, 200) * PAGE;
        }
        return new Body.Data(seed, end + random.nextInt(1, 1 << 20), extents);
    }

    private Body device() {
        return new Body.Device(random.nextBoolean(), random.nextInt(1, 500), random.nextInt(300));
    }

    private String target() {
        return random.nextInt(10) == 0
                ? "long/".repeat(random.nextInt(1, 700))
                : TARGETS.get(random.nextInt(TARGETS.size()));
    }

    private Meta meta(boolean directory) {
        int mode = random.nextInt(4) == 0 ? random.nextInt(010000) : directory ? 0755 : 0644;
        Meta meta = new Meta(mode, id(), id(), 0, 0, Map.of(), "", "");
        return touched(meta);
    }

    private long id() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(1, 70_000);
            case 1 -> random.nextLong(1L << 31, (1L << 32) - 2);
            case 2 -> 1_000;
            default -> 0;
        };
    }

    private Meta touched(Meta meta) {
        long seconds = random.nextInt(3) == 0
                ? random.nextLong(FIRST_SECOND, LAST_SECOND)
                : random.nextLong(1_600_000_000L, 1_800_000_000L);
        return meta.withTime(seconds, random.nextInt(5) == 0 ? 0 : random.nextInt(1_000_000_000));
    }

    /** Other metadata than {@code old} in some way, that an object of this kind can have. */
    private Meta meta(Thing thing, Meta old) {
        Meta fresh = fitting(thing, meta(thing.isDirectory()));
        return switch (random.nextInt(5)) {
            case 0 ->
                new Meta(
                        random.nextInt(010000), old.uid(), old.gid(), old.seconds(), old.nanos(), old.xattrs(), "", "");
            case 1 ->
                new Meta(old.mode(), fresh.uid(), fresh.gid(), old.seconds(), old.nanos(), old.xattrs(), old.acl(), "");
            case 2 ->
                new Meta(
                        old.mode(),
                        old.uid(),
                        old.gid(),
                        old.seconds(),
                        old.nanos(),
                        fitting(thing, old).xattrs(),
                        old.acl(),
                        old.defaultAcl());
            case 3 ->
                new Meta(
                        old.mode(),
                        old.uid(),
                        old.gid(),
                        old.seconds(),
                        old.nanos(),
                        old.xattrs(),
                        fitting(thing, old).acl(),
                        fitting(thing, old).defaultAcl());
            default -> fresh;
        };
    }

    /** The metadata with extended attributes and ACLs drawn anew, as far as this kind of object takes them. */
    private Meta fitting(Thing thing, Meta meta) {
        boolean directory = thing.isDirectory();
        boolean file = thing.body() instanceof Body.Data;
        Map<String, String> xattrs = new TreeMap<>();
        if ((file || directory) && random.nextInt(3) == 0) {
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                xattrs.put("user." + (random.nextInt(4) == 0 ? bytes("größe \n'") : "k" + random.nextInt(6)), value());
            }
        }
        if ((file || directory) && random.nextInt(10) == 0) {
            xattrs.put((random.nextBoolean() ? "trusted.t" : "security.s") + random.nextInt(3), value());
        }
        String acl = (file || directory) && random.nextInt(8) == 0 ? acl(true) : "";
        String defaultAcl = directory && random.nextInt(6) == 0 ? acl(random.nextBoolean()) : "";
        return new Meta(meta.mode(), meta.uid(), meta.gid(), meta.seconds(), meta.nanos(), xattrs, acl, defaultAcl);
    }

    private String value() {
        byte[] bytes = new byte[random.nextInt(12) == 0 ? random.nextInt(1_000, 4_000) : random.nextInt(20)];
        random.nextBytes(bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    /** @param named with entries beyond the mode's three */
    private String acl(boolean named) {
        StringBuilder acl = new StringBuilder("user::" + rights() + ",group::" + rights() + ",other::" + rights());
        if (named) {
            acl.append(",user:").append(random.nextInt(1, 60_000)).append(':').append(rights());
            if (random.nextBoolean()) {
                acl.append(",group:")
                        .append(random.nextLong(1L << 31, (1L << 32) - 2))
                        .append(':')
                        .append(rights());
            }
            acl.append(",mask::").append(rights());
        }
        return acl.toString();
    }

    private String rights() {
        int bits = random.nextInt(8);
        return ((bits & 4) == 0 ? "-" : "r") + ((bits & 2) == 0 ? "-" : "w") + ((bits & 1) == 0 ? "-" : "x");
    }
}
