package dev.mneme.inference.embed;

import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.Arrays;

/// Any tokenizer that a `tokenizer.json` describes (WordPiece, BPE, Unigram …), by HuggingFace's own library, which is
/// written in Rust. It is called directly, and not through DJL's Java class, since that reports its use to DJL's
/// makers.
///
/// The native library is unpacked once into `~/.djl.ai`, or into the folder that the environment variable
/// `ENGINE_CACHE_DIR` names. There is none for Macs with an Intel processor.
///
/// A text that spells out a special token, such as `</s>`, is read as that token; this is the library's way.
///
/// **Threads**: any number may call; call [#close] only when nobody does any more. Calls are native, so make them on a
/// platform thread.
final class RustTokenizer implements AutoCloseable {
    private static final String PROBE = "a";

    private final long handle;
    private final int[] before;
    private final int[] after;

    private RustTokenizer(long handle) {
        this.handle = handle;
        int[] bare = encode(PROBE, false).ids();
        int[] whole = encode(PROBE, true).ids();
        int at = indexOf(whole, bare);
        if (at < 0) {
            throw new IllegalArgumentException("its special tokens do not stand around the text");
        }
        before = Arrays.copyOf(whole, at);
        after = Arrays.copyOfRange(whole, at + bare.length, whole.length);
    }

    /// @param json a `tokenizer.json`; its settings of padding and truncation are ignored
    /// @throws IllegalArgumentException when the library does not know it
    /// @throws LinkageError when the native library does not load on this machine
    static RustTokenizer read(String json) {
        load();
        long handle;
        try {
            handle = TokenizersLibrary.LIB.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        try {
            TokenizersLibrary.LIB.disablePadding(handle);
            TokenizersLibrary.LIB.disableTruncation(handle);
            return new RustTokenizer(handle);
        } catch (RuntimeException e) {
            TokenizersLibrary.LIB.deleteTokenizer(handle);
            throw e;
        }
    }

    /// Loads the native library, which `TokenizersLibrary` does not do itself. Offline, DJL takes the one in its jar;
    /// otherwise it would fetch another one if it finds a graphics card.
    private static void load() {
        System.setProperty("ai.djl.offline", "true");
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException e) {
            throw (LinkageError) new UnsatisfiedLinkError(e.getMessage()).initCause(e);
        }
    }

    private static int indexOf(int[] whole, int[] part) {
        for (int at = 0; at + part.length <= whole.length; at++) {
            if (Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    /// The special tokens before every text.
    int[] before() {
        return before;
    }

    /// The special tokens after every text.
    int[] after() {
        return after;
    }

    /// A text's tokens, without the special ones. Spans count code points, as the library does.
    Tokens tokenize(String text) {
        return encode(text, false);
    }

    private Tokens encode(String text, boolean special) {
        long encoding = TokenizersLibrary.LIB.encode(handle, wellFormed(text), special);
        try {
            int[] ids = Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                    .mapToInt(Math::toIntExact)
                    .toArray();
            CharSpan[] spans = TokenizersLibrary.LIB.getTokenCharSpans(encoding);
            int[] starts = new int[ids.length];
            int[] ends = new int[ids.length];
            for (int i = 0; i < ids.length; i++) {
                if (spans[i] != null) { // a special token stands for no characters
                    starts[i] = spans[i].getStart();
                    ends[i] = spans[i].getEnd();
                }
            }
            return new Tokens(ids, starts, ends);
        } finally {
            TokenizersLibrary.LIB.deleteEncoding(encoding);
        }
    }

    /// Replaces halves of surrogate pairs, which the library does not accept.
    private static String wellFormed(String text) {
        if (text.chars().noneMatch(unit -> Character.isSurrogate((char) unit))) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints()
                .map(c -> Character.getType(c) == Character.SURROGATE ? '\uFFFD' : c)
                .forEach(whole::appendCodePoint);
        return whole.toString();
    }

    @Override
    public void close() {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
    }
}
