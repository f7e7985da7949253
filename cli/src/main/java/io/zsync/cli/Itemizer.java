package io.zsync.cli;

import io.zsync.protocol.Escape;
import io.zsync.protocol.Message.Change;
import io.zsync.protocol.Message.Change.Action;
import io.zsync.protocol.Message.Change.Kind;
import io.zsync.protocol.RunOptions;

/**
 * The lines of {@code -i}: rsync's {@code YXcstpoguax}, a blank, the path. As in rsync {@code c} is said of a file only
 * where contents were compared, and {@code T} stands for a time that is new because times are not kept.
 */
final class Itemizer {
    private static final int ATTRIBUTES_FROM = 2;
    private static final int LENGTH = 11;
    private static final String DELETING = "*deleting  ";

    private final char moved;
    private final boolean comparesContents;
    private final boolean keepsTimes;

    /** @param moved stands in front of a file whose content moves */
    Itemizer(char moved, RunOptions options) {
        this.moved = moved;
        this.comparesContents = options.comparison().checksum();
        this.keepsTimes = options.preservation().times();
    }

    String line(Change change) {
        String path = pathOf(change);
        if (change.action() == Action.DELETE) {
            return DELETING + " " + path;
        }
        return letters(change) + " " + path + leadsTo(change);
    }

    /** The path as every output shows it: a directory ends in a slash, and the root is one. */
    static String pathOf(Change change) {
        return change.kind() == Kind.DIRECTORY
                ? change.path() + "/"
                : change.path().toString();
    }

    private String letters(Change change) {
        StringBuilder letters = new StringBuilder(LENGTH).append(update(change)).append(kind(change.kind()));
        boolean isNew = change.action() == Action.CREATE
                || change.action() == Action.LINK
                || (change.action() == Action.REPLACE && change.attributes() == 0);
        if (isNew) {
            return letters.append("+".repeat(LENGTH - ATTRIBUTES_FROM)).toString();
        }
        boolean valueChanged = has(change, Change.CONTENT) && (change.kind() != Kind.FILE || comparesContents);
        boolean rewritten = change.action() != Action.UPDATE && !keepsTimes;
        letters.append(valueChanged ? 'c' : '.')
                .append(has(change, Change.SIZE) && change.kind() != Kind.SYMLINK ? 's' : '.')
                .append(rewritten ? 'T' : has(change, Change.TIME) ? 't' : '.')
                .append(has(change, Change.MODE) ? 'p' : '.')
                .append(has(change, Change.OWNER) ? 'o' : '.')
                .append(has(change, Change.GROUP) ? 'g' : '.')
                .append('.')
                .append(has(change, Change.ACL) ? 'a' : '.')
                .append(has(change, Change.ATTRIBUTES) ? 'x' : '.');
        boolean nothingDiffers = letters.substring(ATTRIBUTES_FROM).equals(".........");
        // rsync says so with blanks where no content moved either.
        return nothingDiffers && letters.charAt(0) != moved
                ? letters.substring(0, ATTRIBUTES_FROM) + " ".repeat(LENGTH - ATTRIBUTES_FROM)
                : letters.toString();
    }

    private char update(Change change) {
        return switch (change.action()) {
            case LINK, RELINK -> 'h';
            case UPDATE, DELETE -> '.';
            case CREATE, REPLACE -> change.kind() == Kind.FILE ? moved : 'c';
        };
    }

    private static char kind(Kind kind) {
        return switch (kind) {
            case FILE -> 'f';
            case DIRECTORY -> 'd';
            case SYMLINK -> 'L';
            case DEVICE -> 'D';
            case SPECIAL -> 'S';
        };
    }

    private static String leadsTo(Change change) {
        byte[] target = change.target();
        if (target.length == 0) {
            return "";
        }
        boolean isName = change.action() == Action.LINK || change.action() == Action.RELINK;
        return (isName ? " => " : " -> ") + Escape.bytes(target);
    }

    private static boolean has(Change change, int attribute) {
        return (change.attributes() & attribute) != 0;
    }
}
