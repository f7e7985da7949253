package io.zsync.cli;

import io.zsync.node.api.Event;

/** The words of the progress line. A total, a share of it and a time left are only said once the plan is complete. */
final class ProgressText {
    private static final int MIN_BAR = 10;
    private static final int MAX_BAR = 30;

    private ProgressText() {}

    /**
     * @param moved what is said of bytes while there is no total: sent or copied
     * @param bytesPerSecond 0 where it is not known
     */
    static String of(Event.Progress progress, String moved, double bytesPerSecond, int width) {
        if (progress.complete()) {
            return cut(moving(progress, bytesPerSecond, width), width);
        }
        String bytes = progress.sentBytes() == 0 ? "" : ", " + Quantity.bytes(progress.sentBytes()) + " " + moved;
        return cut(scanning(progress) + bytes, width);
    }

    /** Of a run that moves nothing: what was planned is no total of it. */
    static String ofPlan(Event.Progress progress, int width) {
        String text = scanning(progress)
                + (progress.plannedFiles() == 0
                        ? ""
                        : ", " + Quantity.count(progress.plannedFiles(), "file", "files") + " and "
                                + Quantity.bytes(progress.plannedBytes()) + " to move");
        return cut(text, width);
    }

    private static String cut(String text, int width) {
        return text.length() > width ? text.substring(0, width) : text;
    }

    private static String scanning(Event.Progress progress) {
        return "scanning, " + Quantity.count(progress.scannedEntries(), "entry", "entries") + " so far";
    }

    private static String moving(Event.Progress progress, double bytesPerSecond, int width) {
        String files = Quantity.count(progress.doneFiles()) + " of "
                + Quantity.count(progress.plannedFiles(), "file", "files");
        long total = progress.plannedBytes();
        if (total == 0) {
            return files;
        }
        // Bytes sent again count as sent; they do not bring the end nearer.
        long sent = Math.min(progress.sentBytes(), total);
        double share = (double) sent / total;
        String percent = Integer.toString((int) (share * 100));
        StringBuilder text = new StringBuilder()
                .append(" ".repeat(3 - percent.length()))
                .append(percent)
                .append("%  ");
        int barAt = text.length();
        text.append(Quantity.bytes(sent))
                .append(" of ")
                .append(Quantity.bytes(total))
                .append(", ")
                .append(files);
        if (bytesPerSecond >= 1) {
            text.append(", ").append(Quantity.bytes(Math.round(bytesPerSecond))).append("/s");
            if (sent < total) {
                long left = (long) Math.ceil((total - sent) / bytesPerSecond);
                text.append(", ").append(Quantity.clock(left)).append(" left");
            }
        }
        int bar = Math.min(MAX_BAR, width - text.length() - "[]  ".length());
        if (bar >= MIN_BAR) {
            int full = (int) (share * bar);
            text.insert(barAt, "[" + "#".repeat(full) + "-".repeat(bar - full) + "]  ");
        }
        return text.toString();
    }
}
