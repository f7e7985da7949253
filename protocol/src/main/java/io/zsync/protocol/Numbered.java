package io.zsync.protocol;

/** A constant with a wire number of its own, stable for all versions; the order of declaration means nothing. */
interface Numbered {
    /** 1 to 255. */
    int number();

    /** @throws IllegalArgumentException if no value has this number */
    static <E extends Enum<E> & Numbered> E ofNumber(E[] values, int number, String what) {
        for (E value : values) {
            if (value.number() == number) {
                return value;
            }
        }
        throw new IllegalArgumentException("unknown " + what + " " + number);
    }
}
