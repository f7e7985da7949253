package io.zsync.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RelativePathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/", "/a", "a/", "a//b", ".", "..", "./a", "a/.", "a/../b", "../a", "a/..", "a/b\0"})
    void refusesWhatIsNotCanonical(String text) {
        assertThrows(IllegalArgumentException.class, () -> RelativePath.of(text));
    }

    @Test
    void namesTheRootWithNoBytes() {
        assertSame(RelativePath.ROOT, RelativePath.of(""));
        assertTrue(RelativePath.ROOT.isRoot());
        assertEquals(0, RelativePath.ROOT.depth());
        assertEquals(List.of(), RelativePath.ROOT.names());
        assertEquals(".", RelativePath.ROOT.toString());
        assertThrows(IllegalStateException.class, RelativePath.ROOT::parent);
        assertThrows(IllegalStateException.class, RelativePath.ROOT::name);
    }

    @Test
    void takesApartWhatItPutTogether() {
        RelativePath path =
                RelativePath.ROOT.child(Name.of("a")).child(Name.of("b")).child(Name.of("c"));

        assertEquals(RelativePath.of("a/b/c"), path);
        assertEquals(List.of(Name.of("a"), Name.of("b"), Name.of("c")), path.names());
        assertEquals(Name.of("c"), path.name());
        assertEquals(RelativePath.of("a/b"), path.parent());
        assertEquals(RelativePath.ROOT, RelativePath.of("a").parent());
        assertEquals(3, path.depth());
        assertEquals(5, path.length());
    }

    @Test
    void knowsWhatItLiesBelow() {
        RelativePath path = RelativePath.of("ab/c/d");
        for (String above : List.of("", "ab", "ab/c", "ab/c/d")) {
            assertTrue(path.startsWith(RelativePath.of(above)), above);
        }
        for (String other : List.of("a", "ab/c/d/e", "ab/c/dd", "b")) {
            assertFalse(path.startsWith(RelativePath.of(other)), other);
        }
        assertEquals(RelativePath.ROOT, path.ancestor(0));
        assertEquals(RelativePath.of("ab"), path.ancestor(1));
        assertEquals(RelativePath.of("ab/c"), path.ancestor(2));
        assertEquals(path, path.ancestor(3));
    }

    @Test
    void holdsItsBounds() {
        String deepest = String.join("/", Collections.nCopies(256, "d"));
        String longest = String.join("/", Collections.nCopies(16, "n".repeat(255)));

        assertEquals(256, RelativePath.of(deepest).depth());
        assertThrows(IllegalArgumentException.class, () -> RelativePath.of(deepest + "/d"));
        assertThrows(
                IllegalArgumentException.class, () -> RelativePath.of(deepest).child(Name.of("d")));
        assertEquals(4095, RelativePath.of(longest).length());
        assertThrows(IllegalArgumentException.class, () -> RelativePath.of(longest + "/n"));
        assertThrows(
                IllegalArgumentException.class, () -> RelativePath.of(longest).child(Name.of("n")));
        assertThrows(IllegalArgumentException.class, () -> RelativePath.of("a/" + "n".repeat(256)));
        String of4096 = "n".repeat(240) + ("/" + "n".repeat(240)).repeat(16);
        assertEquals(4096, RelativePath.of(of4096.substring(0, 4096)).length());
    }

    @Test
    void ordersAsAManifestDoes() {
        List<RelativePath> sorted = new ArrayList<>(Stream.of("", "a", "a/x", "a-b", "a.b", "a0")
                .map(RelativePath::of)
                .toList());
        sorted.add(RelativePath.of(new byte[] {-1}));

        List<RelativePath> shuffled = new ArrayList<>(sorted);
        Collections.shuffle(shuffled, new Random(1));
        Collections.sort(shuffled);

        assertEquals(sorted, shuffled);
    }

    @Test
    void ordersComponentByComponent() {
        long seed = 42;
        Random random = new Random(seed);
        String alphabet = "a!/0";
        for (int i = 0; i < 20_000; i++) {
            RelativePath left = random(random, alphabet);
            RelativePath right = random(random, alphabet);
            assertEquals(
                    Integer.signum(byComponents(left.names(), right.names())),
                    Integer.signum(left.compareTo(right)),
                    () -> left + " and " + right + ", seed " + seed);
        }
    }

    private static RelativePath random(Random random, String alphabet) {
        while (true) {
            StringBuilder text = new StringBuilder();
            for (int length = random.nextInt(6); length > 0; length--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                return RelativePath.of(text.toString());
            } catch (IllegalArgumentException notCanonical) {
                // The next one may be.
            }
        }
    }

    private static int byComponents(List<Name> left, List<Name> right) {
        for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
            int order = left.get(i).compareTo(right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.size(), right.size());
    }
}
