package io.zsync.node.fs;

import org.junit.jupiter.api.Nested;

/** The contracts where components are walked and NOREPLACE is a link and an unlink. */
class OldKernelRootTest {
    @Nested
    class Roots extends RootContract {
        Roots() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class Directories extends DirectoryContract {
        Directories() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class Files extends OpenFileContract {
        Files() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class Locks extends LockContract {
        Locks() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class Swaps extends SwapContract {
        Swaps() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class AttributesOfObjects extends AttributeContract {
        AttributesOfObjects() {
            super(Kernel.OLD);
        }
    }

    @Nested
    class SecondNames extends SecondNameContract {
        SecondNames() {
            super(Kernel.OLD);
        }
    }
}
