package dev.mneme.inference.embed;

/// A text as the model's word pieces, without [CLS] and [SEP]: piece `i` has the vocabulary's id `ids[i]` and stands
/// for the characters `[starts[i], ends[i])` of the text, in UTF-16 units. The arrays are shared and not copied, so
/// nobody may write to them.
@SuppressWarnings("ArrayRecordComponent") // made and read once; compared by nobody
public record Tokens(int[] ids, int[] starts, int[] ends) {
    public int count() {
        return ids.length;
    }
}
