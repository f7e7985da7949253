package io.zsync.node.fs;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinuxFileSystemSyncTest {
    @ParameterizedTest
    @CsvSource({
        "0xEF53, true", "0x58465342, true", "0x9123683E, true", "0x01021994, true", "0xF2F52010, true",
        "0x6969, false", "0xFF534D42, false", "0xFE534D42, false", "0x65735546, false", "0x794C7630, false",
        "0x2FC12FC1, false", "0x0, false"
    })
    void trustsFileSystemsKnownToHonourSyncfs(String type, boolean trusted) {
        assertEquals(trusted, LinuxFileSystemSync.honours(Integer.parseUnsignedInt(type.substring(2), 16)));
    }

    @ParameterizedTest
    @CsvSource({
        "6.18.44-fc, true",
        "5.8.0, true",
        "5.10, true",
        "10.0.1, true",
        "5.7.19, false",
        "4.18.0-553.el8, false",
        "unknown, false",
        "5, false"
    })
    void trustsKernelsWhoseSyncfsReportsErrors(String release, boolean trusted) {
        assertEquals(trusted, LinuxFileSystemSync.reports(release));
    }

    @Test
    void aReleaseThatSaysNothingIsNotTrusted() {
        assertEquals(false, LinuxFileSystemSync.reports(""));
    }
}
