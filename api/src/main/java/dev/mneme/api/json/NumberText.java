package dev.mneme.api.json;

/// Reads JSON numbers of usual length from bytes as `float`, correctly rounded, several times as fast as the JDK.
///
/// The digits are read as one integer, of at most 18 digits, and multiplied or divided by a power of ten that a
/// `double` holds exactly (up to 10²², Clinger 1990). The resulting `double` is wrong by less than 2 units in its last
/// place. So rounding it to a `float` is correct unless it lies that close to the middle between two floats; then there
/// is no result.
///
/// **Threads**: one.
final class NumberText {
    private static final int MAX_DIGITS = 18;
    private static final int MAX_EXPONENT_DIGITS = 3;
    private static final double[] POWERS_OF_TEN = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };

    /// The bits of a `double` that a `float` lacks; then their middle value, and how near to it is too near.
    private static final long LOST_BITS = (1L << 29) - 1;

    private static final long HALF_WAY = 1L << 28;
    private static final long MARGIN = 8;

    private final byte[] text;
    private final int end;
    private int at;
    private int significant;

    /// @param text has something other than a number before `end`, so that each number ends before it
    NumberText(byte[] text, int from, int end) {
        this.text = text;
        this.at = from;
        this.end = end;
    }

    /// The index of the next byte to be read.
    int at() {
        return at;
    }

    /// The next byte; 0 at the end.
    byte peek() {
        return at < end ? text[at] : 0;
    }

    void step() {
        at++;
    }

    /// Reads the number that begins here by the grammar of JSON, and moves behind it.
    ///
    /// @return the nearest float; NaN for anything that is no number, or one that needs more care
    float number() {
        boolean negative = peek() == '-';
        at += negative ? 1 : 0;
        int first = at;
        significant = 0;
        long digits = digits(0);
        int whole = at - first;
        if (whole == 0 || (whole > 1 && text[first] == '0')) {
            return Float.NaN;
        }
        int fraction = 0;
        if (peek() == '.') {
            int point = at++;
            digits = digits(digits);
            fraction = at - point - 1;
            if (fraction == 0) {
                return Float.NaN;
            }
        }
        if (significant > MAX_DIGITS) {
            return Float.NaN;
        }
        int exponent = (peek() | 0x20) == 'e' ? exponent() : 0;
        return scaled(negative ? -1 : 1, digits, exponent - fraction);
    }

    /// Reads digits and appends them to `before`; leading zeros are not counted, and too many digits overflow.
    private long digits(long before) {
        long value = before;
        for (int digit = peek() - '0'; digit >= 0 && digit <= 9; digit = peek() - '0') {
            value = value * 10 + digit;
            significant += value == 0 ? 0 : 1;
            at++;
        }
        return value;
    }

    /// Reads the exponent behind `e` or `E`; the result is out of every range when it is no number or has too many
    /// digits.
    private int exponent() {
        at++;
        boolean negative = peek() == '-';
        at += negative || peek() == '+' ? 1 : 0;
        int first = at;
        int value = (int) digits(0);
        int count = at - first;
        return count == 0 || count > MAX_EXPONENT_DIGITS ? Short.MAX_VALUE : negative ? -value : value;
    }

    private static float scaled(int sign, long digits, int scale) {
        if (Math.abs(scale) >= POWERS_OF_TEN.length) {
            return Float.NaN;
        }
        double value = scale < 0 ? digits / POWERS_OF_TEN[-scale] : digits * POWERS_OF_TEN[scale];
        boolean normal = value >= Float.MIN_NORMAL && value <= Float.MAX_VALUE;
        long lost = Double.doubleToRawLongBits(value) & LOST_BITS;
        boolean sure = digits == 0 || (normal && Math.abs(lost - HALF_WAY) > MARGIN);
        return sure ? (float) (sign * value) : Float.NaN;
    }
}
