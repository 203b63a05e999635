package dev.mneme.api.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.io.IOContext;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import com.fasterxml.jackson.core.sym.ByteQuadsCanonicalizer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Jackson's parser of a whole document, which can besides read a list of usual numbers straight from the document's
/// bytes. A token for each number of a vector, with its digits copied, is most of what reading an add costs.
///
/// **Threads**: one.
final class NumberListParser extends UTF8StreamJsonParser {
    private static final int USUAL_LENGTH = 384;

    private NumberListParser(
            IOContext context, int features, ByteQuadsCanonicalizer symbols, byte[] document, int from, int end) {
        super(context, features, null, null, symbols, document, from, end, 0, false);
    }

    /// Makes these parsers for documents in arrays, or slices of them, which it takes for UTF-8.
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

    /// The numbers of the list whose beginning is the current token; its end is then the next one.
    ///
    /// @return null, and nothing was read, if it holds anything else, more than `max` of them, or numbers that a
    ///     `float` does not hold or that must be read with more care
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

    /// Not line ends: the parser counts those for what it says of a mistake.
    private static void skipSpaces(NumberText text) {
        while (text.peek() == ' ') {
            text.step();
        }
    }
}
