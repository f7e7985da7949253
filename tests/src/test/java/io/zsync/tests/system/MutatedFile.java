package io.zsync.tests.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A file that keeps changing, and every state that it has had since it was last asked to forget. It consists of units of
 * one length; each is of one version, and its bytes say which. Each system call of a mutation leads to one more state. One
 * thread mutates it; while it does not, another may judge copies.
 */
final class MutatedFile {
    private static final int LINE = 64;

    /** What is done to it; each several system calls, and so several states. */
    enum Mutation {
        WRITE,
        WRITE_AND_RESTORE_TIME,
        TRUNCATE,
        GROW,
        RENAME_OVER,
        RENAME_OVER_WITH_TIME,
        DELETE,
        CREATE
    }

    /** What a copy is. */
    enum Verdict {
        /** A state that the file had, with the time that it had then. */
        EXISTED,
        /** Part of one call's bytes, under the time that this call had set before it wrote any. */
        CALL_IN_FLIGHT,
        NEVER_EXISTED
    }

    /** What the kernel does in which order. */
    private enum Call {
        /** Sets the time, then writes. */
        WRITE,
        /** Cuts, then sets the time. */
        CUT,
        AT_ONCE
    }

    /**
     * @param call that led to it
     * @param versions of the units
     * @param nanos its modification time after the call; 0 while it is not there
     */
    private record State(Call call, int[] versions, long nanos) {}

    private final Path path;
    private final Path spare;
    private final int number;
    private final int unit;
    private final int most;
    private final List<State> states = new ArrayList<>();
    private final Map<Mutation, Integer> mutations = new TreeMap<>();
    private int version;
    private int[] versions;
    private boolean there = true;

    /**
     * @param spare a path on the same file system, outside of the tree
     * @param unit bytes, whole lines of 64
     * @param most units
     */
    MutatedFile(Path path, Path spare, int number, int unit, int most) throws IOException {
        this.path = path;
        this.spare = spare;
        this.number = number;
        this.unit = unit;
        this.most = most;
        versions = new int[Math.max(1, most / 2)];
        Arrays.fill(versions, ++version);
        Files.write(path, content(versions).array());
        note(Call.AT_ONCE);
    }

    Path path() {
        return path;
    }

    Map<Mutation, Integer> mutations() {
        return Map.copyOf(mutations);
    }

    /** @return how many system calls changed it */
    int mutate(Random random) throws IOException {
        Mutation[] kinds = Mutation.values();
        Mutation kind = kinds[random.nextInt(kinds.length)];
        if (!there) {
            kind = Mutation.CREATE;
        } else if (kind == Mutation.CREATE || versions.length == 0) {
            kind = Mutation.GROW;
        }
        if (kind == Mutation.GROW && versions.length == most) {
            kind = Mutation.TRUNCATE;
        }
        int before = states.size();
        version++;
        switch (kind) {
            case WRITE, WRITE_AND_RESTORE_TIME -> write(random, kind == Mutation.WRITE_AND_RESTORE_TIME);
            case TRUNCATE -> truncate(random.nextInt(versions.length));
            case GROW -> grow(random.nextInt(1, most - versions.length + 1));
            case RENAME_OVER, RENAME_OVER_WITH_TIME -> renameOver(kind == Mutation.RENAME_OVER_WITH_TIME);
            case DELETE -> delete();
            case CREATE -> create(random.nextInt(1, most + 1));
        }
        mutations.merge(kind, 1, Integer::sum);
        return states.size() - before;
    }

    private void write(Random random, boolean restoreTime) throws IOException {
        FileTime time = Files.getLastModifiedTime(path);
        int first = random.nextInt(versions.length);
        List<Integer> order = IntStream.range(first, random.nextInt(first, versions.length) + 1)
                .boxed()
                .collect(Collectors.toCollection(ArrayList::new));
        switch (random.nextInt(3)) {
            case 0 -> Collections.reverse(order);
            case 1 -> Collections.shuffle(order, random);
            default -> {}
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            for (int index : order) {
                put(channel, index);
            }
        }
        if (restoreTime) {
            Files.setLastModifiedTime(path, time);
            note(Call.AT_ONCE);
        }
    }

    private void truncate(int units) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate((long) units * unit);
        }
        versions = Arrays.copyOf(versions, units);
        note(Call.CUT);
    }

    private void grow(int units) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            append(channel, units);
        }
    }

    private void append(FileChannel channel, int units) throws IOException {
        for (int i = 0; i < units; i++) {
            versions = Arrays.copyOf(versions, versions.length + 1);
            put(channel, versions.length - 1);
        }
    }

    /** One call. */
    private void put(FileChannel channel, int index) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(unit);
        fill(bytes, version, (long) index * unit);
        int written = channel.write(bytes.flip(), (long) index * unit);
        if (written != unit) {
            throw new IOException(written + " bytes of a unit written to " + path);
        }
        versions[index] = version;
        note(Call.WRITE);
    }

    /** A whole other file, and the more alike the less of it shows: the same length, or that and the same time. */
    private void renameOver(boolean sameTime) throws IOException {
        FileTime time = Files.getLastModifiedTime(path);
        Arrays.fill(versions, version);
        Files.write(spare, content(versions).array());
        if (sameTime) {
            Files.setLastModifiedTime(spare, time);
        }
        Files.move(spare, path, StandardCopyOption.ATOMIC_MOVE);
        note(Call.AT_ONCE);
    }

    private void delete() throws IOException {
        Files.delete(path);
        versions = new int[0];
        there = false;
        note(Call.AT_ONCE);
    }

    private void create(int units) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            there = true;
            note(Call.AT_ONCE);
            append(channel, units);
        }
    }

    private void note(Call call) throws IOException {
        states.add(new State(call, versions.clone(), there ? nanos(path) : 0));
    }

    /** Forgets what it was; what it is now stays. */
    void forget() {
        State last = states.getLast();
        states.clear();
        states.add(last);
    }

    /** What somebody made of it since {@link #forget}. */
    Verdict judge(Path copy) throws IOException {
        byte[] bytes = Files.readAllBytes(copy);
        long nanos = nanos(copy);
        int[] found = versionsOf(bytes);
        for (int i = 0; found != null && i < states.size(); i++) {
            if (Arrays.equals(states.get(i).versions(), found) && hadTime(i, nanos)) {
                return Verdict.EXISTED;
            }
        }
        for (int i = 1; i < states.size(); i++) {
            State state = states.get(i);
            if (state.call() == Call.WRITE && state.nanos() == nanos && isBetween(states.get(i - 1), state, bytes)) {
                return Verdict.CALL_IN_FLIGHT;
            }
        }
        return Verdict.NEVER_EXISTED;
    }

    /** Its own, or for a moment that of the next call, or still that of the one before. */
    private boolean hadTime(int index, long nanos) {
        return states.get(index).nanos() == nanos
                || (index + 1 < states.size()
                        && states.get(index + 1).call() == Call.WRITE
                        && states.get(index + 1).nanos() == nanos)
                || (index > 0
                        && states.get(index).call() == Call.CUT
                        && states.get(index - 1).nanos() == nanos);
    }

    /** @return null if some unit is not of one version */
    private int @Nullable [] versionsOf(byte[] bytes) {
        if (bytes.length % unit != 0) {
            return null;
        }
        int[] found = new int[bytes.length / unit];
        for (int i = 0; i < found.length; i++) {
            found[i] = ByteBuffer.wrap(bytes, i * unit + Integer.BYTES, Integer.BYTES)
                    .getInt();
        }
        return Arrays.equals(content(found).array(), bytes) ? found : null;
    }

    /** Whether each byte is one of either state's, as while the call between them runs. */
    private boolean isBetween(State before, State after, byte[] bytes) {
        byte[] old = content(before.versions()).array();
        byte[] fresh = content(after.versions()).array();
        if (bytes.length < Math.min(old.length, fresh.length) || bytes.length > Math.max(old.length, fresh.length)) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            boolean isOld = i < old.length && bytes[i] == old[i];
            if (!isOld && !(i < fresh.length && bytes[i] == fresh[i])) {
                return false;
            }
        }
        return true;
    }

    /** The times of the states, and what of them a copy is like: for who has to find out. */
    String describe(Path copy) throws IOException {
        int[] found = versionsOf(Files.readAllBytes(copy));
        return copy + " of " + Files.size(copy) + " bytes in units of " + unit + ", time " + nanos(copy) + ", versions "
                + Arrays.toString(found)
                + states.stream()
                        .map(state -> "\n  " + state.nanos() + " " + Arrays.toString(state.versions()))
                        .collect(Collectors.joining());
    }

    private ByteBuffer content(int[] ofUnits) {
        ByteBuffer bytes = ByteBuffer.allocate(ofUnits.length * unit);
        for (int i = 0; i < ofUnits.length; i++) {
            fill(bytes, ofUnits[i], (long) i * unit);
        }
        return bytes;
    }

    private void fill(ByteBuffer bytes, int ofVersion, long offset) {
        fill(bytes, number, ofVersion, offset, unit);
    }

    /** Bytes that say what they are: of which file, version and place. */
    static void fill(ByteBuffer bytes, int ofNumber, int ofVersion, long offset, int length) {
        for (long line = offset; line < offset + length; line += LINE) {
            long word = (long) ofNumber << Integer.SIZE | ofVersion;
            bytes.putLong(word);
            for (int i = 1; i < LINE / Long.BYTES; i++) {
                word = (word ^ line + i) * 0x9E3779B97F4A7C15L;
                bytes.putLong(word);
            }
        }
    }

    private static long nanos(Path path) throws IOException {
        return Files.getLastModifiedTime(path).to(TimeUnit.NANOSECONDS);
    }
}
