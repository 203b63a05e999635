package dev.mneme.bench;

import dev.mneme.core.model.Memory;
import dev.mneme.engine.index.Analyzer;
import dev.mneme.engine.index.Analyzer.Word;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.analysis.Analyzer.TokenStreamComponents;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherFactory;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.FSDirectory;

/// The peer of Mneme's postings: one Lucene index for all owners, the owner a filter, BM25 over the same terms,
/// refreshed after each add so that it is found at once.
final class LucenePostings implements AutoCloseable {
    private final FSDirectory directory;
    private final IndexWriter writer;
    private final SearcherManager searchers;

    LucenePostings(Path folder) throws IOException {
        directory = FSDirectory.open(folder);
        IndexWriterConfig config = new IndexWriterConfig(new StemAnalyzer());
        config.setSimilarity(new BM25Similarity(.9f, .4f));
        writer = new IndexWriter(directory, config);
        searchers = new SearcherManager(writer, new SearcherFactory());
    }

    void add(String owner, Memory memory) throws IOException {
        Document document = new Document();
        document.add(new StringField("owner", owner, Field.Store.NO));
        document.add(new StringField("id", memory.id().toString(), Field.Store.YES));
        document.add(new TextField("text", memory.text(), Field.Store.NO));
        writer.addDocument(document);
    }

    void refresh() throws IOException {
        searchers.maybeRefreshBlocking();
    }

    int search(String owner, String text, int topK) throws IOException {
        BooleanQuery.Builder words = new BooleanQuery.Builder();
        for (Word word : Analyzer.words(text)) {
            if (word.term() != null) {
                words.add(new TermQuery(new Term("text", word.term())), Occur.SHOULD);
            }
        }
        BooleanQuery query = new BooleanQuery.Builder()
                .add(words.build(), Occur.MUST)
                .add(new TermQuery(new Term("owner", owner)), Occur.FILTER)
                .build();
        IndexSearcher searcher = searchers.acquire();
        try {
            searcher.setSimilarity(new BM25Similarity(.9f, .4f));
            return searcher.search(query, topK).scoreDocs.length;
        } finally {
            searchers.release(searcher);
        }
    }

    @Override
    public void close() throws IOException {
        searchers.close();
        writer.close();
        directory.close();
    }

    /// Mneme's analyser behind Lucene's interface.
    private static final class StemAnalyzer extends org.apache.lucene.analysis.Analyzer {
        @Override
        protected TokenStreamComponents createComponents(String field) {
            return new TokenStreamComponents(new StemTokenizer());
        }
    }

    private static final class StemTokenizer extends Tokenizer {
        private final CharTermAttribute term = addAttribute(CharTermAttribute.class);
        private List<String> stems = new ArrayList<>();
        private int next;

        @Override
        public void reset() throws IOException {
            super.reset();
            StringBuilder text = new StringBuilder();
            for (int c = input.read(); c >= 0; c = input.read()) {
                text.append((char) c);
            }
            stems = new ArrayList<>();
            for (Word word : Analyzer.words(text.toString())) {
                if (word.term() != null) {
                    stems.add(word.term());
                }
            }
            next = 0;
        }

        @Override
        public boolean incrementToken() {
            clearAttributes();
            if (next == stems.size()) {
                return false;
            }
            term.append(stems.get(next++));
            return true;
        }
    }
}
