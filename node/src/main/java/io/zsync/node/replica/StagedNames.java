package io.zsync.node.replica;

import io.zsync.protocol.Name;
import java.util.random.RandomGenerator;

/** Fresh reserved names for staged objects. Thread safe. */
final class StagedNames {
    private final RandomGenerator random;

    StagedNames(RandomGenerator random) {
        this.random = random;
    }

    synchronized Name next() {
        return Name.reserved(random.nextLong());
    }
}
