package io.zsync.node.fs;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.zsync.protocol.Attribute;
import io.zsync.protocol.Attributes;
import io.zsync.protocol.Escape;
import io.zsync.protocol.Limits;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The extended attributes of one object, for as long as its descriptor or its path in {@link Scratch#first} stands.
 *
 * @param object as {@code calls} take it
 * @param path the object's path for messages, escaped
 */
record LinuxAttributes(Linux.AttributeCalls calls, long object, Supplier<String> path) {
    /** Enough for nearly all; the kernel clears a buffer as long as the one that it is offered. */
    private static final int USUAL_LENGTH = 4 << 10;

    private interface Filling {
        long fill(long buffer, long length);
    }

    Attributes read(AttributeKinds kinds) throws FileFailure {
        if (kinds.isNone()) {
            return Attributes.NONE;
        }
        List<Attribute> found = new ArrayList<>();
        long length = 0;
        for (String name : names(kinds)) {
            byte[] value = value(name);
            if (value != null) {
                Attribute attribute = new Attribute(name, value);
                found.add(attribute);
                length += attribute.length();
                if (length > Limits.ATTRIBUTES_LENGTH) {
                    throw failure("listxattr", "extended attributes beyond " + Limits.ATTRIBUTES_LENGTH + " bytes");
                }
            }
        }
        return Attributes.of(found);
    }

    private Set<String> names(AttributeKinds kinds) throws FileFailure {
        long filled = filled((buffer, length) -> calls.list(object, buffer, length));
        if (filled == -Linux.EOPNOTSUPP) {
            return Set.of();
        }
        if (filled == -Linux.E2BIG || filled == -Linux.ERANGE) {
            throw failure("listxattr", "names of extended attributes beyond " + Scratch.BUFFER_LENGTH + " bytes");
        }
        if (filled < 0) {
            throw Place.failure("listxattr", path.get(), filled);
        }
        byte[] list = taken(filled);
        Set<String> names = new LinkedHashSet<>();
        for (int from = 0; from < list.length; ) {
            int to = from;
            while (to < list.length && list[to] != 0) {
                to++;
            }
            // Which kind it is shows in its first letters, which are ASCII.
            if (kinds.include(new String(list, from, to - from, StandardCharsets.ISO_8859_1))) {
                names.add(name(list, from, to));
            }
            from = to + 1;
        }
        return names;
    }

    private String name(byte[] list, int from, int to) throws FileFailure {
        if (to - from > Limits.ATTRIBUTE_NAME_LENGTH) {
            String reason = "name of an extended attribute beyond " + Limits.ATTRIBUTE_NAME_LENGTH + " bytes";
            throw failure("listxattr", reason);
        }
        ByteBuffer bytes = ByteBuffer.wrap(list, from, to - from).slice();
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
        } catch (CharacterCodingException invalid) {
            byte[] name = new byte[bytes.remaining()];
            bytes.get(name);
            throw failure("listxattr", "name of an extended attribute is not UTF-8: " + Escape.bytes(name));
        }
    }

    /** @return null if it is gone since its name was listed, or was listed without being there */
    private byte @Nullable [] value(String name) throws FileFailure {
        long address = Scratch.current().second(name.getBytes(StandardCharsets.UTF_8));
        long filled = filled((buffer, length) -> calls.get(object, address, buffer, length));
        if (filled == -Linux.ENODATA || filled == -Linux.EOPNOTSUPP) {
            return null;
        }
        if (filled == -Linux.E2BIG || filled == -Linux.ERANGE) {
            throw failure(of("getxattr", name), "value beyond " + Limits.ATTRIBUTE_VALUE_LENGTH + " bytes");
        }
        if (filled < 0) {
            throw Place.failure(of("getxattr", name), path.get(), filled);
        }
        return taken(filled);
    }

    /** A second try has room for whatever the kernel can give, however much has grown meanwhile. */
    private static long filled(Filling filling) {
        long address = Scratch.current().buffer().address();
        long filled = filling.fill(address, USUAL_LENGTH);
        return filled == -Linux.ERANGE ? filling.fill(address, Scratch.BUFFER_LENGTH) : filled;
    }

    private static byte[] taken(long length) {
        return Scratch.current().buffer().asSlice(0, length).toArray(JAVA_BYTE);
    }

    void set(Attribute attribute) throws FileFailure {
        Scratch scratch = Scratch.current();
        byte[] value = attribute.value();
        int result = calls.set(object, scratch.second(attribute.nameBytes()), scratch.buffer(value), value.length);
        if (result < 0) {
            throw Place.failure(of("setxattr", attribute.name()), path.get(), result);
        }
    }

    void remove(String name) throws FileFailure {
        // Makes sure that the name is one.
        byte[] bytes = new Attribute(name, new byte[0]).nameBytes();
        int result = calls.remove(object, Scratch.current().second(bytes));
        if (result < 0 && result != -Linux.ENODATA && result != -Linux.EOPNOTSUPP) {
            throw Place.failure(of("removexattr", name), path.get(), result);
        }
    }

    private static String of(String operation, String name) {
        return operation + " " + Escape.text(name) + " of";
    }

    private FileFailure failure(String operation, String reason) {
        return new FileFailure(operation, path.get(), Errno.OTHER, reason);
    }
}
