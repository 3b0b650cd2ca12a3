import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.message.ApiMessageType;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * Answers one line for each line of its input, with Kafka's own classes.
 *
 * message NAME VERSION HEX          reads the message and writes it again
 * random NAME VERSION SEED          makes a message
 * request-header API VERSION HEX    reads a request's header and writes it again
 * response-header API VERSION HEX   reads an answer's header and writes it again
 * batches HEX                       describes record batches
 * make-batch SEED                   makes a record batch, says its bytes and describes it
 * uuid HIGH LOW                     the id's text
 */
public class CrossCheck {
    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        BufferedWriter out = new BufferedWriter(new OutputStreamWriter(System.out, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = answer(line.split(" ", -1));
            } catch (Exception error) {
                answer = "error: " + String.valueOf(error).replace('\n', ' ');
            }
            out.write(answer);
            out.write('\n');
        }
        out.flush();
    }

    static String answer(String[] words) throws Exception {
        switch (words[0]) {
            case "message": return rewrite(words[1], Short.parseShort(words[2]), bytes(words[3]));
            case "random": return random(words[1], Short.parseShort(words[2]), Long.parseLong(words[3]));
            case "request-header": {
                short version = ApiMessageType.fromApiKey(Short.parseShort(words[1]))
                    .requestHeaderVersion(Short.parseShort(words[2]));
                ByteBuffer input = bytes(words[3]);
                RequestHeaderData header = new RequestHeaderData(new ByteBufferAccessor(input), version);
                if (input.hasRemaining()) return "error: bytes left";
                return hex(write(header, version));
            }
            case "response-header": {
                short version = ApiMessageType.fromApiKey(Short.parseShort(words[1]))
                    .responseHeaderVersion(Short.parseShort(words[2]));
                ByteBuffer input = bytes(words[3]);
                ResponseHeader header = ResponseHeader.parse(input, version);
                if (input.hasRemaining()) return "error: bytes left";
                return hex(write(header.data(), version));
            }
            case "batches": return describe(MemoryRecords.readableRecords(bytes(words[1])));
            case "make-batch": return makeBatch(new Random(Long.parseLong(words[1])));
            case "uuid": return new Uuid(Long.parseLong(words[1]), Long.parseLong(words[2])).toString();
            default: return "error: unknown " + words[0];
        }
    }

    static ByteBuffer bytes(String hex) { return ByteBuffer.wrap(HexFormat.of().parseHex(hex)); }

    static String hex(ByteBuffer buffer) {
        ByteBuffer copy = buffer.duplicate();
        copy.flip();
        byte[] bytes = new byte[copy.remaining()];
        copy.get(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    // Messages.

    static Class<?> type(String name) throws Exception {
        String suffix = name.endsWith("Request") || name.endsWith("Response") ? "Data" : "";
        return Class.forName("org.apache.kafka.common.message." + name + suffix);
    }

    static ByteBuffer write(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        return buffer;
    }

    static String rewrite(String name, short version, ByteBuffer input) throws Exception {
        Message message = (Message) type(name).getDeclaredConstructor().newInstance();
        message.read(new ByteBufferAccessor(input), version);
        if (input.hasRemaining()) return "error: " + input.remaining() + " bytes left";
        return hex(write(message, version));
    }

    static String random(String name, short version, long seed) throws Exception {
        Schema[] schemas = (Schema[]) type(name).getField("SCHEMAS").get(null);
        Schema schema = schemas[version];
        Struct struct = struct(schema, new Random(seed), 0);
        ByteBuffer buffer = ByteBuffer.allocate(schema.sizeOf(struct));
        schema.write(buffer, struct);
        buffer.flip();
        return rewrite(name, version, buffer);
    }

    static Struct struct(Schema schema, Random random, int depth) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) struct.set(field, value(field.def.type, random, depth));
        return struct;
    }

    static Object value(Type type, Random random, int depth) {
        if (type instanceof TaggedFields) {
            TreeMap<Integer, Object> fields = new TreeMap<>();
            ((TaggedFields) type).fields().forEach((tag, field) -> {
                if (random.nextBoolean()) fields.put(tag, value(field.type, random, depth));
            });
            return fields;
        }
        if (type.isNullable() && random.nextInt(6) == 0) return null;
        if (type.isArray()) {
            List<Object> elements = new ArrayList<>();
            for (int left = random.nextInt(4); left > 0; left--) {
                elements.add(value(type.arrayElementType().get(), random, depth + 1));
            }
            return elements.toArray();
        }
        if (type instanceof Schema) return struct((Schema) type, random, depth + 1);
        switch (type.toString().replace("COMPACT_", "").replace("NULLABLE_", "")) {
            case "BOOLEAN": return random.nextBoolean();
            case "INT8": return (byte) random.nextInt();
            case "INT16": return (short) random.nextInt();
            case "UINT16": return random.nextInt(65536);
            case "INT32": return random.nextInt();
            case "UINT32": return random.nextInt() & 0xffffffffL;
            case "INT64": return random.nextLong();
            case "UUID": return new Uuid(random.nextLong(), random.nextLong());
            case "STRING": return text(random);
            case "BYTES": return ByteBuffer.wrap(content(random));
            case "RECORDS": return MemoryRecords.readableRecords(ByteBuffer.wrap(content(random)));
            default: throw new IllegalArgumentException(type.toString());
        }
    }

    static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int left = random.nextInt(12); left > 0; left--) text.append("aZ9.-é中\0\n ߿".charAt(random.nextInt(11)));
        return text.toString();
    }

    static byte[] content(Random random) {
        byte[] bytes = new byte[random.nextInt(20)];
        random.nextBytes(bytes);
        return bytes;
    }

    // Records.

    static String word(ByteBuffer bytes) {
        if (bytes == null) return "null";
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return "x" + HexFormat.of().formatHex(copy);
    }

    static String describe(MemoryRecords records) {
        StringBuilder text = new StringBuilder();
        for (MutableRecordBatch batch : records.batches()) {
            batch.ensureValid();
            text.append(String.join(",", "batch", "" + batch.baseOffset(), "" + batch.lastOffset(),
                "" + batch.partitionLeaderEpoch(), "" + batch.maxTimestamp(), "" + batch.timestampType().name,
                "" + batch.producerId(), "" + batch.producerEpoch(), "" + batch.baseSequence(),
                "" + batch.lastSequence(), "" + batch.isTransactional(), "" + batch.isControlBatch())).append(';');
            for (Record record : batch) {
                text.append(String.join(",", "record", "" + record.offset(), "" + record.timestamp(),
                    word(record.key()), word(record.value())));
                for (Header header : record.headers()) {
                    byte[] value = header.value();
                    text.append(',').append(word(ByteBuffer.wrap(header.key().getBytes(StandardCharsets.UTF_8))))
                        .append(',').append(word(value == null ? null : ByteBuffer.wrap(value)));
                }
                text.append(';');
                if (batch.isControlBatch()) {
                    EndTransactionMarker marker = EndTransactionMarker.deserialize(record);
                    text.append("marker,").append(marker.controlType()).append(',')
                        .append(marker.coordinatorEpoch()).append(';');
                }
            }
        }
        return text.toString();
    }

    static String makeBatch(Random random) {
        ByteBuffer buffer = ByteBuffer.allocate(4096);
        long base = random.nextLong() >>> 2;
        long time = random.nextLong() >>> 20;
        boolean transactional = random.nextBoolean();
        TimestampType stamp = random.nextInt(4) == 0 ? TimestampType.LOG_APPEND_TIME : TimestampType.CREATE_TIME;
        if (random.nextInt(4) == 0) {
            ControlRecordType kind = random.nextBoolean() ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
            MemoryRecords records = MemoryRecords.withEndTransactionMarker(base, time, random.nextInt(100),
                random.nextLong() >>> 1, (short) random.nextInt(30000),
                new EndTransactionMarker(kind, random.nextInt(1000)));
            return HexFormat.of().formatHex(copy(records)) + " " + describe(records);
        }
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(buffer, RecordBatch.MAGIC_VALUE_V2, Compression.NONE,
            stamp, base, time, random.nextLong() >>> 1, (short) random.nextInt(30000), random.nextInt() >>> 1,
            transactional, false, random.nextInt(100), 4096);
        for (int left = 1 + random.nextInt(6); left > 0; left--) {
            Header[] headers = new Header[random.nextInt(3)];
            for (int index = 0; index < headers.length; index++) {
                headers[index] = new RecordHeader(text(random), random.nextInt(4) == 0 ? null : content(random));
            }
            builder.append(new SimpleRecord(time + random.nextInt(100000) - 50000,
                random.nextInt(4) == 0 ? null : content(random), random.nextInt(4) == 0 ? null : content(random),
                headers));
        }
        MemoryRecords records = builder.build();
        return HexFormat.of().formatHex(copy(records)) + " " + describe(records);
    }

    static byte[] copy(MemoryRecords records) {
        ByteBuffer buffer = records.buffer();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
