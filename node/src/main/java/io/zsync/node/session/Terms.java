package io.zsync.node.session;

import io.zsync.node.api.FailureKind;
import io.zsync.node.api.RunFailure;
import io.zsync.node.fs.AttributeKinds;
import io.zsync.node.replica.ApplyOptions;
import io.zsync.node.replica.EntryReader;
import io.zsync.node.replica.Hashing;
import io.zsync.node.replica.MetadataRules;
import io.zsync.node.replica.ScanOptions;
import io.zsync.protocol.LinkPolicy;
import io.zsync.protocol.Preservation;
import io.zsync.protocol.RunOptions;
import java.io.IOException;

/** What a run's options come to in this process: who it runs as and what it may do decide with them. */
record Terms(RunOptions options) {
    /** @param owner whether owners and the bits that lend rights may be applied here, if the process can */
    ApplyOptions applyOptions(boolean owner) throws IOException, RunFailure {
        boolean superuser = OwnProcess.isSuperuser();
        if (options.preservation().changesOwner() && !(owner && superuser)) {
            throw new RunFailure(
                    FailureKind.NOT_ALLOWED,
                    "chown: the receiver may not set owners: "
                            + (owner ? "it is not root" : "its share is not declared owner"),
                    null,
                    null);
        }
        int umask = options.preservation().permissions() ? 0 : OwnProcess.umask();
        MetadataRules rules = new MetadataRules(options.preservation(), owner, superuser, umask);
        return new ApplyOptions(
                options.dryRun(),
                options.reportChanges(),
                options.durability(),
                options.comparison(),
                options.selection().links() == LinkPolicy.SKIP,
                rules,
                options.deletion(),
                options.selection().rules(),
                !superuser);
    }

    /** @param hashing told of the bytes that are read for digests */
    EntryReader entryReader(Hashing hashing) throws IOException {
        return new EntryReader(attributeKinds(), options.comparison().checksum(), hashing);
    }

    /** The same for a run without a connection, see {@link EntryReader#measuring}. */
    EntryReader measuringReader(Hashing hashing) throws IOException {
        return EntryReader.measuring(attributeKinds(), options.comparison().checksum(), hashing);
    }

    private AttributeKinds attributeKinds() throws IOException {
        Preservation kept = options.preservation();
        return new AttributeKinds(kept.attributes(), kept.acls(), OwnProcess.isSuperuser());
    }

    ScanOptions scanOptions() {
        return new ScanOptions(options.selection(), options.preservation().hardLinks());
    }
}
