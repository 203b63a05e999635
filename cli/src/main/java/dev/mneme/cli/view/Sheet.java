package dev.mneme.cli.view;

import dev.mneme.cli.terminal.Console;
import dev.mneme.cli.terminal.Printable;
import java.util.ArrayList;
import java.util.List;

/// One record as names and values, one a line. Empty values are left out.
public final class Sheet {
    private record Line(String name, String value) {}

    private final List<Line> lines = new ArrayList<>();

    public Sheet line(String name, String value) {
        if (!value.isEmpty()) {
            lines.add(new Line(name, value));
        }
        return this;
    }

    public void printTo(Console console) {
        int width = lines.stream().mapToInt(line -> line.name.length()).max().orElse(0) + 2;
        for (Line line : lines) {
            String indent = "\n" + " ".repeat(width);
            String name = line.name + " ".repeat(width - line.name.length());
            console.print(console.bold(name) + Printable.lines(line.value).replace("\n", indent));
        }
    }
}
