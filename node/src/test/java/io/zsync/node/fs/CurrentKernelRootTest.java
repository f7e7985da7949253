package io.zsync.node.fs;

import org.junit.jupiter.api.Nested;

/** The contracts with openat2 and RENAME_NOREPLACE. */
class CurrentKernelRootTest {
    @Nested
    class Roots extends RootContract {
        Roots() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class Directories extends DirectoryContract {
        Directories() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class Files extends OpenFileContract {
        Files() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class Swaps extends SwapContract {
        Swaps() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class AttributesOfObjects extends AttributeContract {
        AttributesOfObjects() {
            super(Kernel.CURRENT);
        }
    }

    @Nested
    class SecondNames extends SecondNameContract {
        SecondNames() {
            super(Kernel.CURRENT);
        }
    }
}
