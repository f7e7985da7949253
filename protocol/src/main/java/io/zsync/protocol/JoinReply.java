package io.zsync.protocol;

/**
 * What a responder answers to who has proved an invite, or is a peer already. Nobody else gets an answer.
 *
 * @param name what it calls the peer from now on; the name that was asked for where it FAILED
 */
public record JoinReply(Outcome outcome, String name) {
    public JoinReply {
        JoinRequest.requireName(name);
    }

    /** The wire number is stable for all versions (SPEC.md, section "Joining"). */
    public enum Outcome implements Numbered {
        /** The invite is used up, and the peer in the book. */
        JOINED(1),
        /** The peer was in the book already; no invite was used up. */
        KNOWN(2),
        /** The invite is used up, but the peer could not be put into the book. */
        FAILED(3);

        private final int number;

        Outcome(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }
}
