package dev.mneme.cli.view;

import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.Printable;
import java.util.ArrayList;
import java.util.List;

/// Rows under headings. All columns but the last are as wide as their widest cell. The last takes the rest of the
/// screen, or 200 characters without a screen, and is cut with `…`, unless `--full` asks for all of it.
public final class Table {
    private static final int GAP = 2;
    private static final int LEAST_LAST_COLUMN = 16;
    private static final int MOST_WITHOUT_SCREEN = 200;

    private final List<String> headings;
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = List.of(headings);
    }

    public void row(String... cells) {
        rows.add(List.of(cells).stream().map(Printable::line).toList());
    }

    public void printTo(Console console) {
        int[] widths = widths(console);
        console.print(console.bold(format(headings, widths)));
        for (List<String> row : rows) {
            console.print(format(row, widths));
        }
    }

    private int[] widths(Console console) {
        int[] widths = new int[headings.size()];
        int taken = 0;
        for (int i = 0; i < widths.length; i++) {
            widths[i] = Printable.width(headings.get(i));
            for (List<String> row : rows) {
                widths[i] = Math.max(widths[i], Printable.width(row.get(i)));
            }
            if (i < widths.length - 1) {
                taken += widths[i] + GAP;
            }
        }
        int last = widths.length - 1;
        widths[last] = Math.min(widths[last], room(console, taken));
        return widths;
    }

    private static int room(Console console, int taken) {
        if (console.full()) {
            return Integer.MAX_VALUE;
        }
        return console.columns() == Integer.MAX_VALUE
                ? MOST_WITHOUT_SCREEN
                : Math.max(LEAST_LAST_COLUMN, console.columns() - taken);
    }

    private static String format(List<String> cells, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            String cell = Printable.fit(cells.get(i), widths[i]);
            line.append(cell);
            if (i < cells.size() - 1) {
                line.repeat(' ', widths[i] - Printable.width(cell) + GAP);
            }
        }
        return line.toString().stripTrailing();
    }
}
