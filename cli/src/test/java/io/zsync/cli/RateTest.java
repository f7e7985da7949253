package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateTest {
    private static long rate(String typed) throws UsageError {
        return Rate.parse(new Judge("push"), "--bwlimit", Argument.of(typed));
    }

    @ParameterizedTest
    @CsvSource({
        "10MiB,10485760",
        "500KiB,512000",
        "1.5MiB,1572864",
        "1.5m,1572864",
        "10M,10485760",
        "10MB,10000000",
        "500k,512000",
        "500kb,500000",
        "2G,2147483648",
        "2GB,2000000000",
        "1T,1099511627776",
        "1TiB,1099511627776",
        "500B,500",
        "1B,1",
        "0.0001KiB,1",
        "0,0",
        "0MiB,0",
        "1024,1024",
        "100000000,100000000"
    })
    void readsRsyncsUnits(String typed, long bytes) throws UsageError {
        assertEquals(bytes, rate(typed));
    }

    @Test
    void nothingTypedIsNoLimit() throws UsageError {
        assertEquals(0, Rate.parse(new Judge("push"), "--bwlimit", null));
    }

    /** To rsync a bare number is KiB: a thousandth of what was meant would be a bad surprise. */
    @ParameterizedTest
    @ValueSource(strings = {"500", "1", "1023", "1023.9"})
    void aSmallBareNumberIsRefusedWithBothWaysToMeanIt(String typed) {
        UsageError error = assertThrows(UsageError.class, () -> rate(typed));

        assertEquals(
                "push --bwlimit " + typed + ": a bare number is bytes a second here, and this is very little",
                error.getMessage());
        assertEquals(
                "For rsync's " + typed + " type " + typed + "KiB; for so few bytes type " + typed + "B.",
                error.wayOut());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x", "-1", "1,5MiB", "MiB", ".5M", "1.", "1..5M", "10 MiB", "10MiBs", "10kk", "10iB", "1e9", "\u0663M"
            })
    void whatIsNoRateIsRefused(String typed) {
        UsageError error = assertThrows(UsageError.class, () -> rate(typed));

        assertEquals("push --bwlimit " + typed + ": no number with a unit", error.getMessage());
    }

    @Test
    void moreThanALongHoldsIsRefused() {
        UsageError error = assertThrows(UsageError.class, () -> rate("999999999999T"));

        assertEquals("push --bwlimit 999999999999T: more than can be counted", error.getMessage());
    }
}
