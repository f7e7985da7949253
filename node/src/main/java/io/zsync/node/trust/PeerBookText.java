package io.zsync.node.trust;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A peer book as a text in UTF-8: a first line that gives the version, then one line for each peer, as it is typed after
 * {@code zsync peers add}. Blank lines and those that start with {@code #} are people's own and survive every change.
 */
record PeerBookText(List<Line> lines) {
    static final int MAX_LENGTH = 4 << 20;
    static final int MAX_LINE_LENGTH = 4 << 10;
    static final PeerBookText EMPTY = new PeerBookText(List.of());

    private static final String HEADER = "# zsync peers, version 1";

    /** @param peer null if this line is people's own */
    record Line(String text, @Nullable Peer peer) {}

    /**
     * @param path of the file, for messages
     * @throws RunFailure USAGE, {@code peer book: line N: WHY (path)}
     */
    static PeerBookText parse(byte[] bytes, String path) throws RunFailure {
        List<Line> lines = new ArrayList<>();
        PeerBook.Builder book = new PeerBook.Builder();
        int number = 0;
        int start = 0;
        while (start < bytes.length || number == 0) {
            int end = endOfLine(bytes, start);
            number++;
            try {
                String text = decode(bytes, start, end);
                if (number > 1) {
                    lines.add(line(text, book));
                } else if (!text.equals(HEADER)) {
                    throw new IllegalArgumentException("it is not '" + HEADER + "'");
                }
            } catch (IllegalArgumentException e) {
                throw new RunFailure(
                        FailureKind.USAGE,
                        "peer book: line " + number + ": " + e.getMessage() + " (" + path + ")",
                        "put the line right; until then the file is not used, nor changed",
                        null);
            }
            start = end + 1;
        }
        return new PeerBookText(List.copyOf(lines));
    }

    private static int endOfLine(byte[] bytes, int start) {
        int end = start;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return end;
    }

    private static String decode(byte[] bytes, int start, int end) {
        if (end - start > MAX_LINE_LENGTH) {
            throw new IllegalArgumentException("it has " + (end - start) + " bytes, at most " + MAX_LINE_LENGTH);
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, start, end - start))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("it is not UTF-8", e);
        }
    }

    private static Line line(String text, PeerBook.Builder book) {
        List<String> words = Arrays.stream(text.split("[ \t]+"))
                .filter(word -> !word.isEmpty())
                .toList();
        if (words.isEmpty() || words.getFirst().startsWith("#")) {
            return new Line(text, null);
        }
        Peer peer = Peer.parse(words);
        String reason = book.add(peer);
        if (reason != null) {
            throw new IllegalArgumentException(reason);
        }
        return new Line(text, peer);
    }

    PeerBook book() {
        PeerBook.Builder book = new PeerBook.Builder();
        for (Line line : lines) {
            if (line.peer() != null && book.add(line.peer()) != null) {
                throw new IllegalStateException("twice in a parsed peer book: " + line.peer());
            }
        }
        return book.build();
    }

    /** This text with the lines of peers that left taken out and those that came put at the end. */
    PeerBookText showing(PeerBook book) {
        Set<Peer> missing = new HashSet<>(book.peers());
        List<Line> shown = new ArrayList<>();
        for (Line line : lines) {
            if (line.peer() == null || missing.remove(line.peer())) {
                shown.add(line);
            }
        }
        for (Peer peer : book.peers()) {
            if (missing.contains(peer)) {
                shown.add(new Line(peer.toString(), peer));
            }
        }
        return new PeerBookText(List.copyOf(shown));
    }

    byte[] bytes() {
        StringBuilder text = new StringBuilder(HEADER).append('\n');
        lines.forEach(line -> text.append(line.text()).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
