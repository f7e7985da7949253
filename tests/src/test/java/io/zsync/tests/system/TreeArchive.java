package io.zsync.tests.system;

import io.zsync.tests.system.TreeModel.Body;
import io.zsync.tests.system.TreeModel.Extent;
import io.zsync.tests.system.TreeModel.Meta;
import io.zsync.tests.system.TreeModel.Thing;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/**
 * Makes a tree that was thought of: GNU tar unpacks a pax archive, so that names stay bytes, and one process sets every
 * kind of metadata. It cannot hold sockets; bash puts those in place before.
 */
final class TreeArchive {
    private static final int BLOCK = 512;
    private static final int MODE_BITS = 07777;

    private final OutputStream out;

    private TreeArchive(OutputStream out) {
        this.out = out;
    }

    /** Makes {@code tree} at {@code root}, and nothing else stay there; needs root. */
    static void make(TreeModel tree, Path root) {
        Path archive = root.resolveSibling(root.getFileName() + ".tar");
        Path script = root.resolveSibling(root.getFileName() + ".sh");
        Path socket = root.resolveSibling("s");
        try {
            Files.write(script, socketScript(tree, socket).getBytes(StandardCharsets.ISO_8859_1));
            try (OutputStream stream = new BufferedOutputStream(Files.newOutputStream(archive), 1 << 16)) {
                new TreeArchive(stream).write(tree);
            }
            Command.script("rm -rf -- \"$1\"; mkdir -- \"$1\"", root).output();
            makeSockets(tree, script, root, socket);
            Command.of(
                            "tar",
                            "--extract",
                            "--file=" + archive,
                            "--directory=" + root,
                            "--absolute-names",
                            "--same-permissions",
                            "--numeric-owner",
                            "--delay-directory-restore",
                            "--acls",
                            "--xattrs",
                            "--xattrs-include=*")
                    .run()
                    .exits(0);
            Files.delete(archive);
            Files.delete(script);
        } catch (IOException e) {
            throw new AssertionError("cannot make " + root, e);
        }
    }

    private static void makeSockets(TreeModel tree, Path script, Path root, Path socket) throws IOException {
        long count = tree.things().values().stream()
                .filter(thing -> thing.body() instanceof Body.Socket)
                .count();
        for (int i = 0; i < count; i++) {
            try (ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
                channel.bind(UnixDomainSocketAddress.of(socket + Integer.toString(i)));
            }
        }
        if (count > 0) {
            Command.of("bash", "-eu", script.toString()).in(root).run().exits(0);
        }
    }

    /** Run in the root: moves the sockets that lie at {@code socket}0 and so on to where they belong. */
    private static String socketScript(TreeModel tree, Path socket) {
        StringBuilder script = new StringBuilder("umask 077\n");
        int[] count = {0};
        tree.things().forEach((path, thing) -> {
            if (thing.body() instanceof Body.Socket) {
                String place = quoted(path);
                Meta meta = thing.meta();
                script.append("mkdir -p -- ").append(quoted(path.substring(0, path.lastIndexOf('/'))));
                script.append("\nmv -- ").append(quoted(socket + Integer.toString(count[0]++)));
                script.append(' ').append(place);
                script.append("\nchown ").append(meta.uid()).append(':').append(meta.gid());
                script.append(" -- ").append(place);
                script.append("\nchmod ").append(Integer.toOctalString(meta.mode()));
                script.append(" -- ").append(place);
                script.append("\ntouch -d @").append(time(meta)).append(" -- ").append(place);
                script.append('\n');
            }
        });
        return script.toString();
    }

    private static String quoted(String bytes) {
        return "'" + bytes.replace("'", "'\\''") + "'";
    }

    private void write(TreeModel tree) throws IOException {
        Map<Long, String> firstNames = new HashMap<>();
        for (Map.Entry<String, Thing> place : tree.things().entrySet()) {
            Thing thing = place.getValue();
            String first = firstNames.putIfAbsent(thing.number(), place.getKey());
            if (first != null) {
                writeHeader('1', place.getKey(), first, thing.meta(), 0, 0, 0);
            } else if (!(thing.body() instanceof Body.Socket)) {
                write(place.getKey(), thing);
            }
        }
        out.write(new byte[2 * BLOCK]);
    }

    private void write(String path, Thing thing) throws IOException {
        Meta meta = thing.meta();
        switch (thing.body()) {
            case Body.Directory _ -> writeHeader('5', path + "/", "", meta, 0, 0, 0);
            case Body.Symlink link -> writeHeader('2', path, link.target(), meta, 0, 0, 0);
            case Body.Fifo _ -> writeHeader('6', path, "", meta, 0, 0, 0);
            case Body.Device device ->
                writeHeader(device.block() ? '4' : '3', path, "", meta, 0, device.major(), device.minor());
            case Body.Data data -> writeData(path, meta, data);
            case Body.Socket _ -> throw new IllegalArgumentException("an archive holds no socket");
        }
    }

    private void writeData(String path, Meta meta, Body.Data data) throws IOException {
        int stored = 0;
        for (Extent extent : data.extents()) {
            stored += extent.length();
        }
        if (stored == data.size()) {
            writeHeader('0', path, "", meta, stored, 0, 0);
        } else {
            writePax(path, "", meta);
            ByteBuffer header = header('S', meta, stored);
            // The old GNU form: up to four extents, the last of which says where the file ends.
            int slot = 386;
            for (Extent extent : data.extents()) {
                octal(header, slot, 12, extent.offset());
                octal(header, slot + 12, 12, extent.length());
                slot += 24;
            }
            octal(header, slot, 12, data.size());
            octal(header, slot + 12, 12, 0);
            octal(header, 483, 12, data.size());
            writeSummed(header);
        }
        Random random = new Random(data.seed());
        for (Extent extent : data.extents()) {
            byte[] bytes = new byte[extent.length()];
            random.nextBytes(bytes);
            out.write(bytes);
        }
        pad(stored);
    }

    private void writeHeader(char type, String path, String target, Meta meta, long size, int major, int minor)
            throws IOException {
        writePax(path, target, meta);
        ByteBuffer header = header(type, meta, size);
        octal(header, 329, 8, major);
        octal(header, 337, 8, minor);
        writeSummed(header);
    }

    /** What a plain header has no room for, or could not say exactly. */
    private void writePax(String path, String target, Meta meta) throws IOException {
        StringBuilder records = new StringBuilder();
        record(records, "path", path);
        if (!target.isEmpty()) {
            record(records, "linkpath", target);
        }
        record(records, "mtime", time(meta));
        record(records, "uid", Long.toString(meta.uid()));
        record(records, "gid", Long.toString(meta.gid()));
        meta.xattrs().forEach((name, value) -> record(records, "SCHILY.xattr." + name, value));
        if (!meta.acl().isEmpty()) {
            record(records, "SCHILY.acl.access", meta.acl());
        }
        if (!meta.defaultAcl().isEmpty()) {
            record(records, "SCHILY.acl.default", meta.defaultAcl());
        }
        byte[] bytes = records.toString().getBytes(StandardCharsets.ISO_8859_1);
        writeSummed(header('x', meta, bytes.length));
        out.write(bytes);
        pad(bytes.length);
    }

    /** "LENGTH KEY=VALUE\n", the length that of all of it. */
    private static void record(StringBuilder records, String key, String value) {
        int rest = key.length() + value.length() + 3;
        int length = rest + Integer.toString(rest).length();
        length = rest + Integer.toString(length).length();
        records.append(length).append(' ').append(key).append('=').append(value).append('\n');
    }

    /** Seconds with their fraction, as pax and touch write them: -1.25 is a second and a quarter before 1970. */
    private static String time(Meta meta) {
        return BigDecimal.valueOf(meta.seconds())
                .add(BigDecimal.valueOf(meta.nanos(), 9))
                .toPlainString();
    }

    private static ByteBuffer header(char type, Meta meta, long size) {
        ByteBuffer header = ByteBuffer.allocate(BLOCK);
        header.put(0, (byte) 'x');
        octal(header, 100, 8, meta.mode() & MODE_BITS);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, size);
        octal(header, 136, 12, 0);
        header.put(156, (byte) type);
        // An 'S' is read as sparse in an archive of GNU's own kind only.
        header.put(257, (type == 'S' ? "ustar  \0" : "ustar\00000").getBytes(StandardCharsets.US_ASCII));
        return header;
    }

    private static void octal(ByteBuffer header, int offset, int width, long value) {
        String digits = Long.toOctalString(value);
        String field = "0".repeat(width - 1 - digits.length()) + digits + "\0";
        header.put(offset, field.getBytes(StandardCharsets.US_ASCII));
    }

    private void writeSummed(ByteBuffer header) throws IOException {
        header.put(148, "        ".getBytes(StandardCharsets.US_ASCII));
        int sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += header.get(i) & 0xff;
        }
        octal(header, 148, 7, sum);
        byte[] bytes = new byte[BLOCK];
        header.get(0, bytes);
        out.write(bytes);
    }

    private void pad(long written) throws IOException {
        out.write(new byte[(int) (-written & (BLOCK - 1))]);
    }
}
