package io.zsync.cli;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Guesses which name was meant by one that is not there. */
final class Nearest {
    private static final int MAX_TYPOS = 2;
    private static final int MIN_LENGTH = 5;

    private Nearest() {}

    /** The one name that this begins, or else the one that is nearest by at most two letters; null if there is none such. */
    static @Nullable String to(String typed, Collection<String> names) {
        if (typed.length() < MIN_LENGTH) {
            return null;
        }
        String nearest = null;
        int least = MAX_TYPOS + 1;
        boolean several = false;
        for (String name : names) {
            int typos = name.startsWith(typed) ? 0 : typos(typed, name);
            if (typos < least) {
                nearest = name;
                least = typos;
                several = false;
            } else if (typos == least) {
                several = true;
            }
        }
        return several ? null : nearest;
    }

    /** Letters to insert, remove or replace to get from one to the other. */
    private static int typos(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
