package dev.mneme.inference.embed;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/// Cuts texts into the model's word pieces.
final class WordPieceTokenizer implements AutoCloseable {
    private final HuggingFaceTokenizer tokenizer;

    private WordPieceTokenizer(HuggingFaceTokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    static WordPieceTokenizer read(InputStream json) throws IOException {
        System.setProperty("OPT_OUT_TRACKING", "true");
        return new WordPieceTokenizer(
                HuggingFaceTokenizer.newInstance(json, Map.of("padding", "false", "truncation", "false")));
    }

    Tokens tokenize(String text) {
        Encoding encoding = tokenizer.encode(text, false, false);
        long[] longIds = encoding.getIds();
        CharSpan[] spans = encoding.getCharTokenSpans();
        int[] offsets = text.codePoints().map(Character::charCount).toArray();
        int[] units = new int[offsets.length + 1];
        for (int i = 0; i < offsets.length; i++) {
            units[i + 1] = units[i] + offsets[i];
        }
        int[] ids = new int[longIds.length];
        int[] starts = new int[ids.length];
        int[] ends = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) longIds[i];
            starts[i] = units[spans[i].getStart()];
            ends[i] = units[spans[i].getEnd()];
        }
        return new Tokens(ids, starts, ends);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
