package io.zsync.cli;

import io.zsync.node.api.Share;
import io.zsync.node.trust.Shares;

/**
 * {@code NAME=DIR[:ro|:rw][,owner]} as it is typed. A directory may hold colons, commas and any other byte: only what
 * stands at the very end says how it is shared.
 */
final class ShareArgument {
    private static final String OWNER = ",owner";
    private static final String WRITABLE = ":rw";
    private static final String READ_ONLY = ":ro";

    private ShareArgument() {}

    static Share parse(Judge judge, Argument typed) throws UsageError {
        int equals = typed.indexOf('=');
        if (equals < 0) {
            throw judge.refusal("share: it reads NAME=DIR[:ro|:rw][,owner] (" + typed + ")");
        }
        Argument directory = typed.from(equals + 1);
        boolean owner = directory.endsWith(OWNER);
        directory = owner ? without(directory, OWNER) : directory;
        boolean writable = directory.endsWith(WRITABLE);
        directory = writable || directory.endsWith(READ_ONLY) ? without(directory, READ_ONLY) : directory;
        if (directory.isEmpty()) {
            throw judge.refusal("share: no directory is named (" + typed + ")");
        }
        if (owner && !writable) {
            throw judge.refusal(
                    "share: owners are applied only where peers may write (" + typed + ")",
                    "It reads :rw,owner; a directory whose own name ends in ,owner is typed with a slash behind it.");
        }
        String name = typed.to(equals).text();
        try {
            Shares.requireName(name);
        } catch (IllegalArgumentException e) {
            throw judge.refusal("share: " + e.getMessage() + " (" + typed + ")");
        }
        return new Share(name, directory.path(), writable, owner);
    }

    private static Argument without(Argument whole, String suffix) {
        return whole.to(whole.length() - suffix.length());
    }
}
