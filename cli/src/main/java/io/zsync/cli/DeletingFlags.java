package io.zsync.cli;

import com.beust.jcommander.Parameter;
import io.zsync.protocol.Deletion;
import io.zsync.protocol.Deletion.Limit;
import io.zsync.protocol.Deletion.Unit;
import io.zsync.protocol.RelativePath;
import org.jspecify.annotations.Nullable;

/** What becomes of what only the target has, and of what is replaced. */
final class DeletingFlags {
    private static final String MAX_DELETE = "--max-delete";
    private static final String BACKUP_DIR = "--backup-dir";

    @Parameter(names = "--delete")
    boolean delete;

    @Parameter(names = MAX_DELETE)
    @Nullable
    Argument maxDelete;

    @Parameter(names = BACKUP_DIR)
    @Nullable
    Argument backupDir;

    Deletion deletion(Judge judge) throws UsageError {
        if (maxDelete != null && !delete) {
            throw judge.refusal(
                    MAX_DELETE,
                    maxDelete,
                    "nothing is deleted without --delete",
                    "Type --delete, too, or leave it out.");
        }
        return new Deletion(delete, maxDelete == null ? Limit.DEFAULT : limit(judge, maxDelete), backup(judge));
    }

    /** For a comparison: every path that only the target has is a difference, however many they are. */
    Deletion difference(Judge judge) throws UsageError {
        return new Deletion(delete, new Limit(Unit.PATHS, Long.MAX_VALUE), backup(judge));
    }

    private static Limit limit(Judge judge, Argument typed) throws UsageError {
        boolean percent = typed.endsWith("%");
        String digits = (percent ? typed.to(typed.length() - 1) : typed).text();
        if (!digits.matches("[0-9]{1,18}") || (percent && Long.parseLong(digits) > 100)) {
            throw judge.refusal(
                    MAX_DELETE,
                    typed,
                    "neither a number of paths nor a percentage",
                    "It reads 500, or 10% of what the target has; 0 deletes nothing.");
        }
        return new Limit(percent ? Unit.PERCENT : Unit.PATHS, Long.parseLong(digits));
    }

    private RelativePath backup(Judge judge) throws UsageError {
        if (backupDir == null) {
            return RelativePath.ROOT;
        }
        String why;
        try {
            RelativePath path = RelativePath.of(backupDir.withoutSlash().bytes());
            boolean reserved = path.names().stream().anyMatch(name -> name.isReserved());
            if (!path.isRoot() && !reserved) {
                return path;
            }
            why = reserved ? "zsync keeps such names for itself" : "it is the target itself";
        } catch (IllegalArgumentException e) {
            why = backupDir.startsWith("/") ? "an absolute path" : "no plain path below the target";
        }
        throw judge.refusal(
                BACKUP_DIR,
                backupDir,
                why,
                "Type it as seen from the target's root, such as old/monday, without . or ..");
    }
}
