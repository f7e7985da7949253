package io.zsync.protocol;

import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the fields that SPEC.md section "Fields" names, from bytes that a peer sent. Each has one encoding only, and no
 * length is believed before it was compared with its bound and with the bytes that are left. Throws
 * IllegalArgumentException or, where the bytes end, KryoException; the codecs turn both into ProtocolException.
 */
final class FieldReader {
    private static final Mode[] MODES = Mode.values();
    private static final Durability[] DURABILITIES = Durability.values();
    private static final PathPolicy[] POLICIES = PathPolicy.values();
    private static final Protection[] PROTECTIONS = Protection.values();
    private static final ErrorCode[] ERRORS = ErrorCode.values();
    private static final ProblemCode[] PROBLEMS = ProblemCode.values();
    private static final LinkPolicy[] LINK_POLICIES = LinkPolicy.values();
    private static final Deletion.Unit[] DELETION_UNITS = Deletion.Unit.values();

    private final Input input;

    FieldReader(byte[] bytes, int offset, int length) {
        this.input = new Input(bytes, offset, length);
    }

    int remaining() {
        return input.limit() - input.position();
    }

    /** Starts over in other bytes. */
    void reset(byte[] bytes, int offset, int length) {
        input.setBuffer(bytes, offset, length);
    }

    void expectEnd() {
        if (remaining() > 0) {
            throw new IllegalArgumentException(remaining() + " bytes left over");
        }
    }

    int u8() {
        return input.readByteUnsigned();
    }

    int u16() {
        return u8() << 8 | u8();
    }

    long u64() {
        return Long.reverseBytes(input.readLong());
    }

    boolean flag(String what) {
        int value = u8();
        if (value > 1) {
            throw new IllegalArgumentException(what + " " + value + " is neither 0 nor 1");
        }
        return value == 1;
    }

    /** A number in 7 bit groups, lowest first, in its shortest form. */
    private long varint() {
        int start = input.position();
        long value = input.readVarLong(true);
        checkShortest(start, Output.varLongLength(value, true));
        return value;
    }

    /** The same for a signed number, zigzag. */
    long svarint() {
        int start = input.position();
        long value = input.readVarLong(false);
        checkShortest(start, Output.varLongLength(value, false));
        return value;
    }

    private void checkShortest(int start, int shortest) {
        int used = input.position() - start;
        if (used != shortest) {
            throw new IllegalArgumentException("number in " + used + " bytes that needs " + shortest);
        }
    }

    long varint(String what, long max) {
        long value = varint();
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(what + " " + Long.toUnsignedString(value) + ", at most " + max);
        }
        return value;
    }

    int varint(String what, int max) {
        return (int) varint(what, (long) max);
    }

    long count(String what) {
        return varint(what, Long.MAX_VALUE);
    }

    /** An unsigned 32 bit number in an int. */
    int id(String what) {
        return (int) varint(what, 0xFFFF_FFFFL);
    }

    byte[] bytes(String what, int max) {
        int length = varint(what + " length", max);
        return fixed(what, length);
    }

    byte[] fixed(String what, int length) {
        if (length > remaining()) {
            throw new IllegalArgumentException(
                    what + " of " + length + " bytes, " + remaining() + " left in the frame");
        }
        return input.readBytes(length);
    }

    String text(String what, int max) {
        byte[] bytes = bytes(what, max);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(what + " is not UTF-8", e);
        }
    }

    RelativePath path() {
        return RelativePath.of(bytes("path", Limits.PATH_LENGTH));
    }

    /** The rest of a name whose length byte was read. */
    Name name(int length) {
        if (length > remaining()) {
            throw new IllegalArgumentException("name of " + length + " bytes, " + remaining() + " left in the part");
        }
        int from = input.position();
        Name name = Name.of(input.getBuffer(), from, from + length);
        input.setPosition(from + length);
        return name;
    }

    Metadata metadata() {
        return new Metadata(mode("mode"), id("uid"), id("gid"), svarint(), nanos(), attributes());
    }

    private Attributes attributes() {
        int count = varint("attributes", Limits.ATTRIBUTES_LENGTH / 8);
        List<Attribute> attributes = new ArrayList<>();
        int length = 0;
        for (int i = 0; i < count; i++) {
            Attribute next = new Attribute(
                    text("attribute name", Limits.ATTRIBUTE_NAME_LENGTH),
                    bytes("attribute value", Limits.ATTRIBUTE_VALUE_LENGTH));
            length += next.length();
            if (length > Limits.ATTRIBUTES_LENGTH) {
                throw new IllegalArgumentException("attributes beyond " + Limits.ATTRIBUTES_LENGTH + " bytes");
            }
            attributes.add(next);
        }
        return Attributes.ofAscending(attributes);
    }

    RuleText rules() {
        return new RuleText(bytes("rules", Limits.RULES_LENGTH));
    }

    int links() {
        return varint("links", Integer.MAX_VALUE);
    }

    int nanos() {
        return varint("nanoseconds", 999_999_999);
    }

    Entry.RegularFile regularFile() {
        return new Entry.RegularFile(metadata(), fileSize(), flag("sparse"), digest());
    }

    private @Nullable Digest digest() {
        return flag("digest") ? Digest.of(fixed("digest", Digest.LENGTH)) : null;
    }

    FileIdentity identity() {
        return new FileIdentity(fileSize(), svarint(), nanos(), svarint(), nanos(), u64());
    }

    List<Message.Range> ranges() {
        int count = varint("ranges", Limits.FILE_FRAGMENTS);
        // Each takes two bytes at least.
        if (count > remaining() / 2) {
            throw new IllegalArgumentException(count + " ranges, " + remaining() + " bytes left in the frame");
        }
        List<Message.Range> ranges = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ranges.add(new Message.Range(count("offset"), count("length")));
        }
        return ranges;
    }

    private long fileSize() {
        return varint("file size", Limits.FILE_LENGTH);
    }

    int attempt() {
        return varint("attempt", Limits.ATTEMPTS);
    }

    Credits credits() {
        return new Credits(
                varint("credit parts", Limits.CREDIT_PARTS),
                varint("credit files", Limits.CREDIT_FILES),
                varint("credit bytes", Limits.CREDIT_BYTES));
    }

    RunOptions options() {
        return new RunOptions(
                flag("dry run"),
                flag("report changes"),
                flag("explain"),
                durability(),
                new Transfer(number(POLICIES, "data path"), streams(), flag("compress"), count("rate")),
                new Comparison(flag("checksum"), flag("update")),
                new Selection(rules(), name(u8()), flag("one file system"), number(LINK_POLICIES, "link policy")),
                preservation(),
                new Deletion(
                        flag("delete"),
                        new Deletion.Limit(number(DELETION_UNITS, "delete limit unit"), count("delete limit")),
                        path()));
    }

    private Preservation preservation() {
        return new Preservation(
                flag("owner"),
                flag("permissions"),
                flag("times"),
                flag("hard links"),
                flag("attributes"),
                flag("ACLs"),
                id("chown user"),
                id("chown group"),
                modeEdits());
    }

    private List<ModeEdit> modeEdits() {
        int count = varint("mode edits", Limits.MODE_EDITS);
        List<ModeEdit> edits = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            edits.add(new ModeEdit(flag("directories"), flag("files"), mode("clear"), mode("set"), mode("set if x")));
        }
        return edits;
    }

    private int mode(String what) {
        return varint(what, Metadata.MODE_MASK);
    }

    Tally tally() {
        return new Tally(
                count("created"),
                count("changed"),
                count("deleted"),
                count("unchanged"),
                count("failed"),
                count("skipped"),
                count("withheld"),
                count("files"),
                count("bytes"),
                durability());
    }

    int streams() {
        return varint("streams", Limits.STREAMS);
    }

    Mode mode() {
        return number(MODES, "mode");
    }

    private Durability durability() {
        return number(DURABILITIES, "durability");
    }

    Protection protection() {
        return number(PROTECTIONS, "protection");
    }

    ErrorCode error() {
        return number(ERRORS, "error code");
    }

    ProblemCode problem() {
        return number(PROBLEMS, "problem code");
    }

    <E extends Enum<E> & Numbered> E number(E[] values, String what) {
        return Numbered.ofNumber(values, u8(), what);
    }
}
