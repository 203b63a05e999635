package dev.mneme.inference.embed;

import java.util.ArrayList;
import java.util.List;

/// Decides where a text is cut that is longer than one run of the model: into at most `limit` windows of at most `size`
/// tokens, in order. If that is enough, the text is covered without overlap by windows of nearly equal size. Otherwise
/// `limit` full windows are taken at equal distances, which include the first and the last token.
final class Windows {
    /// The tokens `[from, to)`.
    record Window(int from, int to) {}

    private Windows() {}

    static List<Window> of(int tokens, int size, int limit) {
        int needed = Math.max(1, Math.ceilDiv(tokens, size));
        return needed <= limit ? cover(tokens, needed) : sample(tokens, size, limit);
    }

    private static List<Window> cover(int tokens, int windows) {
        List<Window> list = new ArrayList<>(windows);
        for (int w = 0; w < windows; w++) {
            list.add(new Window(share(tokens, w, windows), share(tokens, w + 1, windows)));
        }
        return list;
    }

    private static List<Window> sample(int tokens, int size, int limit) {
        List<Window> list = new ArrayList<>(limit);
        for (int w = 0; w < limit; w++) {
            int from = limit == 1 ? 0 : share(tokens - size, w, limit - 1);
            list.add(new Window(from, from + size));
        }
        return list;
    }

    private static int share(int whole, int part, int parts) {
        return (int) ((long) whole * part / parts);
    }
}
