package dev.mneme.cli.imports;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of CSV in UTF-8, by RFC 4180: a cell with a separator, a quote or a line end in it is quoted, and a quote
/// in it doubled. Rows end with CR LF or LF. Empty lines are skipped.
///
/// **Threads**: one.
final class CsvRows implements AutoCloseable {
    private static final CsvFactory FACTORY = CsvFactory.builder()
            .enable(CsvParser.Feature.WRAP_AS_ARRAY)
            .enable(CsvParser.Feature.SKIP_EMPTY_LINES)
            .build();

    private final CsvParser parser;

    CsvRows(InputStream in, char separator) throws IOException {
        this(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()), separator);
    }

    CsvRows(Reader in, char separator) throws IOException {
        parser = FACTORY.createParser(in);
        parser.setSchema(CsvSchema.emptySchema().withColumnSeparator(separator));
    }

    /// The cells of the next row; null at the end.
    ///
    /// @throws com.fasterxml.jackson.core.JsonProcessingException for text that is not CSV
    /// @throws java.nio.charset.CharacterCodingException for bytes that are not UTF-8
    @Nullable
    List<String> next() throws IOException {
        JsonToken token = parser.nextToken();
        while (token != null && token != JsonToken.VALUE_STRING) {
            token = parser.nextToken();
        }
        if (token == null) {
            return null;
        }
        List<String> cells = new ArrayList<>();
        for (; token == JsonToken.VALUE_STRING; token = parser.nextToken()) {
            cells.add(parser.getText());
        }
        return cells;
    }

    /// The line of the file that is being read, from 1.
    int line() {
        return parser.currentLocation().getLineNr();
    }

    @Override
    public void close() throws IOException {
        parser.close();
    }
}
