package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The rows of a CSV file below its header, which is row 1. An empty cell leaves its field out; spaces around a cell
/// count only in a text and in metadata. After a fault in the CSV itself nothing more can be read.
final class CsvSource implements MemorySource {
    private final CountedInput in;
    private final CsvRows rows;
    private final CsvHeader header;
    private final MemoryFields fields;
    private long number;

    CsvSource(CountedInput in, CsvHeader header, MemoryFields fields) throws IOException {
        this.in = in;
        this.rows = new CsvRows(in, header.separator());
        this.header = header;
        this.fields = fields;
    }

    @Override
    public String unit() {
        return "row";
    }

    @Override
    public @Nullable ImportRow next() throws IOException {
        in.allow(MOST_ROW_BYTES);
        try {
            if (number == 0) {
                if (header.announced()) {
                    rows.next();
                }
                rows.next();
                number = 1;
            }
            List<String> cells = rows.next();
            return cells == null ? null : row(cells);
        } catch (CountedInput.TooLong tooLong) {
            return broken("it is longer than 8 MiB. Is a quote never closed?");
        } catch (CharacterCodingException notUtf8) {
            return broken("it is no UTF-8: convert the file, for example with iconv.");
        } catch (JsonProcessingException notCsv) {
            return broken("it is no CSV: " + Printable.line(notCsv.getOriginalMessage()) + ".");
        }
    }

    private ImportRow.Broken broken(String why) {
        return new ImportRow.Broken(number + 1, "(near line " + rows.line() + " of the file): " + why);
    }

    private ImportRow row(List<String> cells) {
        number++;
        int columns = header.columns().size();
        if (cells.size() != columns) {
            return ImportRow.Bad.of(
                    number,
                    "",
                    "It has " + cells.size() + " cells, and the header has " + columns
                            + ": a cell with a separator or the end of a line in it must be quoted.",
                    joined(cells));
        }
        Map<String, JsonView> members = new LinkedHashMap<>();
        for (int i = 0; i < cells.size(); i++) {
            String column = header.columns().get(i);
            String cell = MemoryFields.keepsSpaces(column)
                    ? cells.get(i)
                    : cells.get(i).strip();
            if (!cell.isEmpty()) {
                members.put(column, new JsonView(cell));
            }
        }
        return fields.row(number, new JsonView(members), () -> joined(cells));
    }

    private String joined(List<String> cells) {
        return String.join(String.valueOf(header.separator()), cells);
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }
}
