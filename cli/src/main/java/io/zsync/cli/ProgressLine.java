package io.zsync.cli;

import io.zsync.node.api.Event;
import java.util.ArrayDeque;
import java.util.Deque;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Draws the latest {@link Event.Progress} ten times a second on the console's status line. The library brings the
 * beat; width and words are ours, so that its terminal layer, which loads native code, is never touched.
 */
final class ProgressLine implements AutoCloseable {
    private static final int INTERVAL_MILLIS = 100;
    private static final int WINDOW = 10_000 / INTERVAL_MILLIS;

    private final Console console;
    private final int width;
    private final boolean dryRun;
    private final String moved;
    private final ProgressBar beat;
    private volatile Event.@Nullable Progress latest;
    private volatile boolean closed;

    /** Only the drawing thread reads and writes these. */
    private final Deque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, long bytes) {}

    /**
     * @param columns of the terminal; the last one stays free, for some terminals wrap when it is written
     * @param moved what is said of bytes: sent or copied
     */
    ProgressLine(Console console, int columns, boolean dryRun, String moved) {
        this.console = console;
        this.width = Math.max(1, columns - 1);
        this.dryRun = dryRun;
        this.moved = moved;
        this.beat = new ProgressBarBuilder()
                .setUpdateIntervalMillis(INTERVAL_MILLIS)
                .continuousUpdate()
                .setConsumer(new StatusLine())
                .setRenderer((state, columnsAllowed) -> text(columnsAllowed))
                .build();
    }

    void show(Event.Progress progress) {
        latest = progress;
    }

    private String text(int columnsAllowed) {
        Event.Progress progress = latest;
        if (progress == null) {
            return "";
        }
        if (dryRun) {
            return ProgressText.ofPlan(progress, columnsAllowed);
        }
        samples.addLast(new Sample(System.nanoTime(), progress.sentBytes()));
        if (samples.size() > WINDOW) {
            samples.removeFirst();
        }
        Sample from = samples.getFirst();
        Sample to = samples.getLast();
        double seconds = (to.nanos - from.nanos) / 1e9;
        double bytesPerSecond = seconds < 0.5 ? 0 : (to.bytes - from.bytes) / seconds;
        return ProgressText.of(progress, moved, bytesPerSecond, columnsAllowed);
    }

    @Override
    public void close() {
        closed = true;
        beat.close();
        console.status("");
    }

    private final class StatusLine implements ProgressBarConsumer {
        @Override
        public int getMaxRenderedLength() {
            return width;
        }

        @Override
        public void accept(String text) {
            if (!closed) {
                console.status(text);
            }
        }

        @Override
        public void close() {}
    }
}
