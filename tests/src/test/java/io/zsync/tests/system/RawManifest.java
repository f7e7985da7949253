package io.zsync.tests.system;

import io.zsync.protocol.Limits;
import io.zsync.protocol.LzBlock;
import io.zsync.protocol.Message;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A manifest written by hand, as SPEC.md section "Manifest" lays it out: nothing here minds what it says. Names are
 * characters that stand for a byte each. Entries are numbered as they come, from the root's 0.
 */
final class RawManifest {
    static final long MTIME = 1_700_000_000;

    private final List<Message> parts = new ArrayList<>();
    private final ByteArrayOutputStream plain = new ByteArrayOutputStream();

    /** The root of a tree, open. */
    static RawManifest root() {
        return new RawManifest().dir("");
    }

    RawManifest dir(String name) {
        return kind(1, name).metadata(0755).varint(0);
    }

    RawManifest file(String name, long size) {
        return file(name, size, 1);
    }

    RawManifest file(String name, long size, long links) {
        return kind(2, name).varint(links).metadata(0644).varint(size).u8(0).u8(0);
    }

    /** A file with holes. */
    RawManifest sparse(String name, long size) {
        return kind(2, name).varint(1).metadata(0644).varint(size).u8(1).u8(0);
    }

    RawManifest symlink(String name, String target) {
        return symlink(name, target, 1);
    }

    RawManifest symlink(String name, String target, long links) {
        return kind(3, name)
                .varint(links)
                .metadata(0777)
                .varint(target.length())
                .text(target);
    }

    RawManifest hardLink(String name, long first) {
        return kind(6, name).varint(first);
    }

    /** Of the open directory, whose listing is COMPLETE. */
    RawManifest end() {
        return end(1);
    }

    RawManifest end(int listing) {
        return u8(5).u8(listing);
    }

    private RawManifest kind(int kind, String name) {
        if (plain.size() > Limits.MANIFEST_PART_LENGTH - 8_192) {
            flush();
        }
        return u8(kind).u8(name.length()).text(name);
    }

    private RawManifest metadata(int mode) {
        // Owner and group 0; seconds zigzag; no nanoseconds, no attributes.
        return varint(mode).varint(0).varint(0).varint(MTIME << 1).varint(0).varint(0);
    }

    RawManifest u8(int value) {
        plain.write(value);
        return this;
    }

    RawManifest varint(long value) {
        long left = value;
        for (int i = 0; i < 8 && (left & ~0x7FL) != 0; i++) {
            plain.write((int) ((left & 0x7F) | 0x80));
            left >>>= 7;
        }
        return u8((int) left);
    }

    RawManifest text(String bytes) {
        plain.writeBytes(bytes.getBytes(StandardCharsets.ISO_8859_1));
        return this;
    }

    private void flush() {
        byte[] bytes = plain.toByteArray();
        byte[] block = new byte[Limits.MANIFEST_BLOCK_LENGTH];
        int length = LzBlock.compress(bytes, bytes.length, block, block.length);
        parts.add(new Message.ManifestPart(bytes.length, Arrays.copyOf(block, length)));
        plain.reset();
    }

    /** All of it, in as many parts as it takes. */
    List<Message> parts() {
        if (plain.size() > 0) {
            flush();
        }
        return List.copyOf(parts);
    }

    /** The one part that it takes. */
    Message part() {
        List<Message> all = parts();
        if (all.size() != 1) {
            throw new IllegalStateException(all.size() + " parts");
        }
        return all.getFirst();
    }
}
