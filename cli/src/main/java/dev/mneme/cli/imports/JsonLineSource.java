package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.mneme.cli.terminal.Printable;
import dev.mneme.client.JsonView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// One JSON object a line. A line that is not JSON does not stop those after it. Blank lines are skipped.
final class JsonLineSource implements MemorySource {
    private static final int SHOWN_BYTES = 1_000;

    private final LineFile lines;
    private final MemoryFields fields;

    JsonLineSource(CountedInput in, MemoryFields fields) {
        this.lines = new LineFile(in, MOST_ROW_BYTES);
        this.fields = fields;
    }

    @Override
    public String unit() {
        return "line";
    }

    @Override
    public @Nullable ImportRow next() throws IOException {
        LineFile.Line line = lines.next();
        while (line != null && line.whole() && line.blank()) {
            line = lines.next();
        }
        return line == null ? null : row(line);
    }

    private ImportRow row(LineFile.Line line) {
        if (!line.whole()) {
            return ImportRow.Bad.tooLong(line.number(), shown(line));
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line.bytes()));
        } catch (CharacterCodingException notUtf8) {
            return ImportRow.Bad.of(line.number(), "", "It must be well-formed UTF-8.", shown(line));
        }
        try {
            return fields.row(line.number(), JsonView.parseStrictly(line.bytes()), () -> shown(line));
        } catch (JsonProcessingException notJson) {
            String why = Printable.line(notJson.getOriginalMessage());
            return ImportRow.Bad.of(line.number(), "", "It must be one JSON object: " + why + ".", shown(line));
        } catch (IOException notOne) {
            return ImportRow.Bad.of(line.number(), "", "It must be one JSON object.", shown(line));
        }
    }

    private static String shown(LineFile.Line line) {
        int bytes = line.whole() ? line.bytes().length : SHOWN_BYTES;
        return new String(line.bytes(), 0, bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        lines.close();
    }
}
