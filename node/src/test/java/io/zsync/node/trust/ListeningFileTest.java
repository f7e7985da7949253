package io.zsync.node.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zsync.node.api.Endpoint;
import io.zsync.node.api.RunFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListeningFileTest {
    @TempDir
    Path temp;

    @Test
    void tellsWhereThisNodeListenedLast() throws Exception {
        ListeningFile file = new ListeningFile(new ConfigFolder(temp.resolve("config"), temp.resolve("state")));
        assertEquals(Optional.empty(), file.read());

        file.write(new Endpoint("fd00::7", 7419));
        file.write(new Endpoint("h".repeat(253), 65_535));

        assertEquals(Optional.of(new Endpoint("h".repeat(253), 65_535)), file.read());
        assertTrue(Files.notExists(temp.resolve("config")), "it is no configuration");
    }

    @Test
    void whatSomebodyElseWroteIsNotBelieved() throws Exception {
        ListeningFile file = new ListeningFile(new ConfigFolder(temp, temp));
        Files.writeString(temp.resolve("listening"), "10.0.0.1:x\n");

        RunFailure failure = assertThrows(RunFailure.class, file::read);

        assertEquals(
                "listening address: port 'x' is no number up to 65535 (" + temp.resolve("listening") + ")",
                failure.getMessage());
    }
}
