package io.zsync.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantityTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 bytes",
                "1|1 byte",
                "1023|1,023 bytes",
                "1024|1.0 KiB",
                "10188|9.9 KiB",
                "10189|10 KiB",
                "1048063|1,023 KiB",
                "1048064|1.0 MiB",
                "1048576|1.0 MiB",
                "100663296|96 MiB",
                "3328599655|3.1 GiB",
                "1098974756864|1.0 TiB",
                "9223372036854775807|8.0 EiB"
            })
    void bytesComeInTheUnitThatFits(long bytes, String text) {
        assertEquals(text, Quantity.bytes(bytes));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0 ms",
                "99499999|99 ms",
                "99500000|0.1 s",
                "2400000000|2.4 s",
                "9949999999|9.9 s",
                "9950000000|10 s",
                "59499999999|59 s",
                "59500000000|1 min 0 s",
                "192000000000|3 min 12 s",
                "3599500000000|1 h 0 min",
                "3720000000000|1 h 2 min"
            })
    void secondsHaveNoMoreDigitsThanAreMeant(long nanos, String text) {
        assertEquals(text, Quantity.seconds(nanos));
    }

    @Test
    void countsAreGroupedAndAgreeInNumber() {
        assertEquals("0 files", Quantity.count(0, "file", "files"));
        assertEquals("1 file", Quantity.count(1, "file", "files"));
        assertEquals("999", Quantity.count(999));
        assertEquals("1,204", Quantity.count(1204));
        assertEquals("12,345,678", Quantity.count(12_345_678));
    }

    @Test
    void theClockShowsHoursOnlyWhenThereAreSome() {
        assertEquals("0:05", Quantity.clock(5));
        assertEquals("3:12", Quantity.clock(192));
        assertEquals("1:02:03", Quantity.clock(3723));
        assertEquals("11:22:33", Quantity.clock(40953));
    }
}
