package io.zsync.cli;

import io.zsync.protocol.Preservation;
import org.jspecify.annotations.Nullable;

/**
 * {@code --chown UID:GID}, {@code UID} or {@code :GID}.
 *
 * @param user an unsigned number, or {@link Preservation#AS_SOURCE}
 * @param group an unsigned number, or {@link Preservation#AS_SOURCE}
 */
record OwnerIds(int user, int group) {
    private static final String OPTION = "--chown";

    /** The kernel keeps the highest number for "no change". */
    private static final long MAX_ID = 0xFFFF_FFFEL;

    static OwnerIds parse(Judge judge, @Nullable Argument typed) throws UsageError {
        if (typed == null) {
            return new OwnerIds(Preservation.AS_SOURCE, Preservation.AS_SOURCE);
        }
        int colon = typed.indexOf(':');
        if (colon == typed.length() - 1) {
            throw judge.refusal(OPTION, typed, "it reads UID:GID, UID or :GID", "id shows the numbers of a user.");
        }
        int user = colon == 0
                ? Preservation.AS_SOURCE
                : id(judge, typed, (colon < 0 ? typed : typed.to(colon)).text(), "id -u NAME");
        int group = colon < 0
                ? Preservation.AS_SOURCE
                : id(judge, typed, typed.from(colon + 1).text(), "id -g NAME");
        return new OwnerIds(user, group);
    }

    private static int id(Judge judge, Argument typed, String digits, String lookUp) throws UsageError {
        if (!digits.matches("[0-9]{1,10}")) {
            throw judge.refusal(
                    OPTION, typed, "owners are numbers here", lookUp + " prints the number that belongs to a name.");
        }
        long id = Long.parseLong(digits);
        if (id > MAX_ID) {
            throw judge.refusal(OPTION, typed, "ids go from 0 to " + MAX_ID, "id shows the numbers of a user.");
        }
        return (int) id;
    }
}
