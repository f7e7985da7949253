package io.zsync.node.replica;

import io.zsync.protocol.Message.Change;
import io.zsync.protocol.ProblemCode;

/** What a receiver must do about one entry so that its tree matches. Attributes are those of {@link Change}. */
public sealed interface Action {
    /** The entry matches already. */
    record Keep() implements Action {}

    /** Nothing stands under that name: make the object. */
    record Create() implements Action {}

    /** The object stays, its metadata is written anew. */
    record Update(int attributes) implements Action {}

    /** An object of the same kind stands there with other content: replace it in one rename. */
    record Replace(int attributes) implements Action {}

    /** An object of another kind stands there: the two swap, and the old one goes when all new content is durable. */
    record Exchange() implements Action {}

    /** Left alone, and reported. */
    record Refuse(ProblemCode code) implements Action {}
}
