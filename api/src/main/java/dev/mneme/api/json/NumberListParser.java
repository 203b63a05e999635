package dev.mneme.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Jackson's parser of a whole document, extended by a fast way to read a list of usual numbers straight from the
/// document's bytes. With a token for each number of a vector, and its digits copied, most of the cost of an add would
/// be reading it.
///
/// **Threads**: one.
final class NumberListParser extends UTF8StreamJsonParser {
    private static final int USUAL_LENGTH = 384;

    private NumberListParser(
            IOContext context, int features, ByteQuadsCanonicalizer symbols, byte[] document, int from, int end) {
        super(context, features, null, null, symbols, document, from, end, 0, false);
    }

    /// Makes these parsers for UTF-8 documents in arrays, or in slices of them.
    static final class Factory extends JsonFactory {
        private static final long serialVersionUID = 1L;

        Factory(JsonFactoryBuilder builder) {
            super(builder);
        }

        NumberListParser parser(byte[] document, int from, int length) {
            return _createParser(
                    document, from, length, _createContext(_createContentReference(document, from, length), true));
        }

        @Override
        protected NumberListParser _createParser(byte[] document, int from, int length, IOContext context) {
            return new NumberListParser(
                    context,
                    _parserFeatures,
                    _byteSymbolCanonicalizer.makeChildOrPlaceholder(_factoryFeatures),
                    document,
                    from,
                    from + length);
        }
    }

    /// The numbers of the list that begins at the current token; afterwards its end is the next token.
    ///
    /// @return null, with nothing read, if the list has anything else, more than `max` numbers, or numbers that do
    ///     not fit into a `float` or need more care
    float @Nullable [] floats(int max) {
        NumberText text = new NumberText(_inputBuffer, _inputPtr, _inputEnd);
        float[] values = new float[Math.min(max, USUAL_LENGTH)];
        int count = 0;
        for (byte separator = ','; separator == ','; count++) {
            skipSpaces(text);
            float value = text.number();
            if (Float.isNaN(value) || count == max) {
                return null;
            }
            if (count == values.length) {
                values = Arrays.copyOf(values, Math.min(max, count * 2));
            }
            values[count] = value;
            skipSpaces(text);
            separator = text.peek();
            if (separator == ',') {
                text.step();
            } else if (separator != ']') {
                return null;
            }
        }
        _inputPtr = text.at();
        return count == values.length ? values : Arrays.copyOf(values, count);
    }

    /// Skips spaces, but not line ends: the parser counts those for its error messages.
    private static void skipSpaces(NumberText text) {
        while (text.peek() == ' ') {
            text.step();
        }
    }
}
