package io.zsync.tests.protocol;

import io.zsync.protocol.Entry;
import io.zsync.protocol.ManifestDecoder;
import io.zsync.protocol.ManifestEncoder;
import io.zsync.protocol.ManifestItem;
import io.zsync.protocol.Message;
import io.zsync.protocol.Metadata;
import io.zsync.protocol.Name;
import io.zsync.protocol.RuleText;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A program: both ends of a manifest of as many files as its argument says, a thousand in a directory. */
final class ManifestLoad {
    private static final int FILES_IN_DIRECTORY = 1_000;

    private final ManifestEncoder encoder = new ManifestEncoder();
    private final ManifestDecoder decoder = new ManifestDecoder();
    private long bytes;

    private ManifestLoad() {}

    public static void main(String[] arguments) {
        new ManifestLoad().run(Integer.parseInt(arguments[0]));
    }

    private void run(int files) {
        long start = System.nanoTime();
        produce(files, item -> consume(encoder.add(item)));
        consume(encoder.flush());
        if (!decoder.isComplete() || decoder.lastEntry() != files + files / FILES_IN_DIRECTORY) {
            throw new IllegalStateException("complete " + decoder.isComplete() + ", entry " + decoder.lastEntry());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf("%,d entries, %,d bytes, %.2f s%n", decoder.lastEntry(), bytes, seconds);
    }

    private static void produce(int files, Consumer<ManifestItem> sink) {
        ManifestItem end = new ManifestItem.DirEnd(ManifestItem.Listing.COMPLETE);
        Entry.Directory directory = new Entry.Directory(new Metadata(0755, 1000, 1000, 1_700_000_000, 0));
        sink.accept(new ManifestItem.DirBegin(null, directory, RuleText.NONE));
        for (int i = 0; i < files; i++) {
            if (i % FILES_IN_DIRECTORY == 0) {
                sink.accept(
                        new ManifestItem.DirBegin(Name.of("directory-" + (10_000_000 + i)), directory, RuleText.NONE));
            }
            Metadata metadata =
                    new Metadata(0644, 1000, 1000, 1_700_000_000 + i % 100_000, i * 37 % 1_000_000_000 & 0xFFFFFF);
            sink.accept(new ManifestItem.Leaf(
                    Name.of("file-" + (10_000_000 + i)), new Entry.RegularFile(metadata, i % 70_000, false)));
            if (i % FILES_IN_DIRECTORY == FILES_IN_DIRECTORY - 1) {
                sink.accept(end);
            }
        }
        sink.accept(end);
    }

    private void consume(Message.@Nullable ManifestPart part) {
        if (part != null) {
            bytes += part.block().length;
            // Over the wire and back, so that the control frame's cost and its classes are in.
            decoder.accept((Message.ManifestPart) Decoding.message(Decoding.frame(part)));
            while (decoder.next() != null) {}
        }
    }
}
