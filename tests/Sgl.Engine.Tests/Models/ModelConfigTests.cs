using System.Text.Json;
using System.Text.Json.Nodes;
using Sgl.Engine.Execution;
using Sgl.Engine.Models;
using Sgl.Engine.Requests;
using Sgl.Engine.Tests.Weights;

namespace Sgl.Engine.Tests.Models;

public sealed class ModelConfigTests
{
    private const string Llama =
        """
        {"architectures":["LlamaForCausalLM"],"model_type":"llama","vocab_size":100,"hidden_size":64,
         "intermediate_size":128,"num_hidden_layers":4,"num_attention_heads":8}
        """;

    [Fact]
    public void AbsentFieldsAreWhatTransformersTakes()
    {
        ModelConfig config = Read(Llama);
        Assert.Equal(8, config.HeadDim);
        Assert.Equal(8, config.KvHeads);
        Assert.Equal(2048, config.ContextLength);
        Assert.Equal([2], config.EndTokens);
        Assert.Equal(1e-6f, config.NormEpsilon);
        Assert.Equal(Activation.Silu, config.Activation);
        Assert.False(config.TieWordEmbeddings || config.AttentionBias || config.MlpBias);
        Assert.Equal(DataType.Float32, config.WeightType);
        var layer = new LayerConfig(Window: 0, new RopeConfig { OriginalContext = 2048 });
        Assert.Equal([layer, layer, layer, layer], config.Layers);
    }

    [Fact]
    public void Gemma2sOwnDefaultsApply()
    {
        ModelConfig config = Read(As("gemma2", "Gemma2ForCausalLM", """{"num_key_value_heads":4}"""));
        Assert.Equal(256, config.HeadDim);
        Assert.Equal(Activation.GeluTanh, config.Activation);
        Assert.True(config.TieWordEmbeddings);
        Assert.Equal([4096, 0, 4096, 0], config.Layers.Select(layer => layer.Window));
        Assert.Equal(256, config.Fields.Number("query_pre_attn_scalar"));
        Assert.Equal(50, config.Fields.OptionalPositive("attn_logit_softcapping"));
        Assert.Null(Read(As("gemma2", "Gemma2ForCausalLM", """{"attn_logit_softcapping":null}"""))
            .Fields.OptionalPositive("attn_logit_softcapping"));
    }

    [Fact]
    public void GemmasWrongHiddenActIsNotBelieved()
    {
        Assert.Equal(Activation.GeluTanh, Gemma("""{"hidden_act":"gelu"}"""));
        Assert.Equal(Activation.GeluTanh, Gemma("""{"hidden_act":"gelu","hidden_activation":null}"""));
        Assert.Equal(Activation.Gelu, Gemma("""{"hidden_activation":"gelu"}"""));

        static Activation Gemma(string fields) =>
            Read(As("gemma", "GemmaForCausalLM", Merge("""{"num_key_value_heads":1}""", fields))).Activation;
    }

    [Theory]
    [InlineData("mistral", "MistralForCausalLM", """{}""", new[] { 4096, 4096, 4096, 4096 })]
    [InlineData("mistral", "MistralForCausalLM", """{"sliding_window":null}""", new[] { 0, 0, 0, 0 })]
    [InlineData("mistral", "MistralForCausalLM", """{"sliding_window":7}""", new[] { 7, 7, 7, 7 })]
    [InlineData("qwen2", "Qwen2ForCausalLM", """{"sliding_window":7,"max_window_layers":2}""", new[] { 0, 0, 0, 0 })]
    [InlineData(
        "qwen2",
        "Qwen2ForCausalLM",
        """{"use_sliding_window":true,"sliding_window":7}""",
        new[] { 0, 0, 0, 0 })]
    [InlineData(
        "qwen2",
        "Qwen2ForCausalLM",
        """{"use_sliding_window":true,"sliding_window":7,"max_window_layers":2}""",
        new[] { 0, 0, 7, 7 })]
    [InlineData(
        "qwen3",
        "Qwen3ForCausalLM",
        """
        {"use_sliding_window":true,"sliding_window":7,
         "layer_types":["sliding_attention","full_attention","full_attention","sliding_attention"]}
        """,
        new[] { 7, 0, 0, 7 })]
    [InlineData("llama", "LlamaForCausalLM", """{"sliding_window":7}""", new[] { 0, 0, 0, 0 })]
    public void EachTypeHasItsRuleForWindows(string type, string architecture, string fields, int[] windows)
    {
        ModelConfig config = Read(As(type, architecture, Merge("""{"num_key_value_heads":4}""", fields)));
        Assert.Equal(windows, config.Layers.Select(layer => layer.Window));
    }

    [Theory]
    [InlineData("""{"rope_theta":5e5,"rope_scaling":{"type":"linear","factor":4}}""")]
    [InlineData("""{"rope_theta":5e5,"rope_scaling":{"rope_type":"linear","factor":4.0}}""")]
    [InlineData("""{"rope_parameters":{"rope_theta":5e5,"rope_type":"linear","factor":4}}""")]
    [InlineData("""{"rope_parameters":{"full_attention":{"rope_theta":5e5,"rope_type":"linear","factor":4}}}""")]
    public void EverySpellingOfARopeIsRead(string fields)
    {
        ModelConfig config = Read(Merge(Llama, fields));
        var expected = new RopeConfig { Type = "linear", Theta = 500000, Factor = 4, OriginalContext = 2048 };
        Assert.Equal(expected, config.Layers[0].Rope);
        Assert.Equal(8192, config.ContextLength);
    }

    [Fact]
    public void LayerTypesMayHaveRopesOfTheirOwn()
    {
        ModelConfig config = Read(As(
            "gemma2",
            "Gemma2ForCausalLM",
            """
            {"rope_parameters":{"sliding_attention":{"rope_theta":100},"full_attention":{"rope_theta":200}}}
            """));
        Assert.Equal([100, 200, 100, 200], config.Layers.Select(layer => layer.Rope.Theta));
    }

    [Fact]
    public void Gemma3sWindowedLayersHaveAPlainRopeOfTheirOwn()
    {
        ModelConfig config = Read(As(
            "gemma3_text",
            "Gemma3ForCausalLM",
            """{"num_key_value_heads":1,"sliding_window_pattern":3,"rope_scaling":{"type":"linear","factor":8}}"""));
        Assert.Equal([4096, 4096, 0, 4096], config.Layers.Select(layer => layer.Window));
        Assert.Equal([10000, 10000, 1e6, 10000], config.Layers.Select(layer => layer.Rope.Theta));
        Assert.Equal([1, 1, 8, 1], config.Layers.Select(layer => layer.Rope.Factor));
        Assert.Equal(131072, config.ContextLength);
    }

    [Theory]
    [InlineData("""{"type":"su","short_factor":[1,1.5],"long_factor":[2,4]}""", 1.4142135623730951)]
    [InlineData("""{"type":"longrope","short_factor":[1,1.5],"long_factor":[2,4],"attention_factor":3}""", 3)]
    public void LongropesContextIsCountedAlready(string scaling, double attentionFactor)
    {
        ModelConfig config = Read(As(
            "phi3",
            "Phi3ForCausalLM",
            $$"""
            {"max_position_embeddings":256,"original_max_position_embeddings":16,"rope_scaling":{{scaling}} }
            """));
        RopeConfig rope = config.Layers[0].Rope;
        Assert.Equal((256, 16, 16.0), (config.ContextLength, rope.OriginalContext, rope.Factor));
        Assert.Equal(("longrope", 1.5, 4.0), (rope.Type, rope.ShortFactors[1], rope.LongFactors[1]));
        Assert.Equal(attentionFactor, rope.AttentionFactor, 12);
    }

    [Fact]
    public void AFieldThatATypeCallsOtherwiseIsReadAndNamedSo()
    {
        const string chatGlm =
            """
            {"architectures":["ChatGLMModel"],"model_type":"chatglm","padded_vocab_size":100,"hidden_size":64,
             "ffn_hidden_size":128,"num_layers":2,"num_attention_heads":8,"kv_channels":8,"multi_query_group_num":2,
             "layernorm_epsilon":1e-4,"seq_length":512,"rope_ratio":50}
            """;
        ModelConfig config = Read(chatGlm);
        Assert.Equal((100, 128, 2, 8, 2), (
            config.VocabularySize, config.IntermediateSize, config.Layers.Count, config.HeadDim, config.KvHeads));
        Assert.Equal((1e-4f, 512, 500000), (config.NormEpsilon, config.ContextLength, config.Layers[0].Rope.Theta));
        Assert.Contains(
            "config.json: num_layers is 0; expected",
            Assert.Throws<UserErrorException>(() => Read(Merge(chatGlm, """{"num_layers":0}"""))).Message);
        Assert.Contains(
            "config.json: padded_vocab_size is missing",
            Assert.Throws<UserErrorException>(() => Read(Merge(chatGlm, """{"padded_vocab_size":null}"""))).Message);
    }

    [Theory]
    [InlineData("""{"max_position_embeddings":8192,"model_max_length":131072}""", 131072)]
    [InlineData("""{"max_position_embeddings":4096}""", 4096)]
    [InlineData("{}", 8192)]
    public void CommandRsContextMayBeModelMaxLength(string fields, int context) =>
        Assert.Equal(context, Read(As("cohere", "CohereForCausalLM", fields)).ContextLength);

    [Theory]
    [InlineData("""{"factor":4,"original_max_position_embeddings":64}""", 4, 64, 1.1386294361119891, 2048)]
    [InlineData("""{"factor":4}""", 4, 2048, 1.1386294361119891, 8192)]
    [InlineData("""{"original_max_position_embeddings":512}""", 4, 512, 1.1386294361119891, 2048)]
    [InlineData("""{"factor":4,"attention_factor":0.5}""", 4, 2048, 0.5, 8192)]
    [InlineData("""{"factor":40,"mscale":0.707,"mscale_all_dim":0.707}""", 40, 2048, 1, 81920)]
    [InlineData(
        """{"factor":40,"mscale":1,"mscale_all_dim":0.5}""",
        40,
        2048,
        1.3688879454113936 / 1.1844439727056968,
        81920)]
    public void YarnsScaleFollowsFromItsParameters(string yarn, double factor, int original, double scale, int context)
    {
        ModelConfig config = Read(Merge(Llama, $$"""{"rope_scaling":{{Merge(yarn, """{"rope_type":"yarn"}""")}} }"""));
        RopeConfig rope = config.Layers[0].Rope;
        Assert.Equal((factor, original, context), (rope.Factor, rope.OriginalContext, config.ContextLength));
        Assert.Equal(scale, rope.AttentionFactor, 12);
    }

    [Fact]
    public void Llama3sContextIsCountedAlready()
    {
        const string scaling =
            """{"rope_scaling":{"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4}}""";
        Assert.Equal(2048, Read(Merge(Llama, scaling)).ContextLength);
    }

    [Fact]
    public void GenerationConfigAddsEndTokens()
    {
        using ModelFolder folder = new ModelFolder()
            .Write("config.json", Merge(Llama, """{"eos_token_id":[7,8],"torch_dtype":"bfloat16"}"""))
            .Write("generation_config.json", """{"eos_token_id":[8,9],"temperature":0.6,"top_k":20,"top_p":0.95}""");
        ModelConfig config = ModelConfig.Load(folder.Path);
        Assert.Equal([7, 8, 9], config.EndTokens);
        Assert.Equal(DataType.BFloat16, config.WeightType);
    }

    [Theory]
    [InlineData("""{"hidden_size":"64"}""", "config.json: hidden_size is \"64\"; expected a whole number, at least 1")]
    [InlineData("""{"hidden_size":6.5}""", "config.json: hidden_size is 6.5; expected a whole number, at least 1")]
    [InlineData("""{"vocab_size":0}""", "config.json: vocab_size is 0; expected a whole number, at least 1")]
    [InlineData("""{"vocab_size":null}""", "config.json: vocab_size is missing")]
    [InlineData(
        """{"num_attention_heads":3}""",
        "hidden_size is 64; expected an even multiple of num_attention_heads, which is 3")]
    [InlineData(
        """{"num_key_value_heads":3}""",
        "num_key_value_heads is 3; expected a divisor of num_attention_heads, which is 8")]
    [InlineData("""{"head_dim":7}""", "head_dim is 7; expected an even number")]
    [InlineData("""{"tie_word_embeddings":1}""", "tie_word_embeddings is 1; expected true or false")]
    [InlineData("""{"rms_norm_eps":0}""", "rms_norm_eps is 0; expected a number greater than 0")]
    [InlineData("""{"hidden_act":"relu"}""", "hidden_act is \"relu\"; expected silu, gelu or gelu_pytorch_tanh")]
    [InlineData("""{"torch_dtype":"int4"}""", "torch_dtype is \"int4\"; expected bfloat16, float16 or float32")]
    [InlineData("""{"eos_token_id":[1,"x"]}""", "eos_token_id is [1,\"x\"]; expected a whole number, at least 0")]
    [InlineData("""{"architectures":[]}""", "architectures is []; expected a list with the name of one")]
    [InlineData("""{"architectures":["XForCausalLM"]}""", "architecture XForCausalLM is not supported")]
    [InlineData(
        """{"quantization_config":{"quant_method":"gptq"}}""",
        "quantization_config.quant_method is \"gptq\"; expected no")]
    [InlineData("""{"partial_rotary_factor":2}""", "partial_rotary_factor is 2; expected a number from 0 to 1")]
    [InlineData(
        """{"rope_scaling":{"type":"linear","factor":1e9}}""",
        "max_position_embeddings is 2048; expected a length that can be scaled, not to 2048000000000")]
    [InlineData("""{"rope_scaling":7}""", "rope_scaling is 7; expected an object")]
    [InlineData(
        """{"rope_scaling":{"type":"magic"}}""",
        "rope_scaling.type is \"magic\"; expected one of default, linear, ")]
    [InlineData("""{"rope_parameters":{"rope_type":"linear"}}""", "config.json: rope_parameters.factor is missing")]
    [InlineData(
        """{"rope_scaling":{"type":"llama3","factor":8,"low_freq_factor":4,"high_freq_factor":4}}""",
        "rope_scaling.high_freq_factor is 4; expected more than low_freq_factor, which is 4")]
    public void AWrongFieldIsNamedWithItsFile(string fields, string message)
    {
        using ModelFolder folder = new ModelFolder().Write("config.json", Merge(Llama, fields));
        Assert.Contains(message, LoadError(folder.Path));
    }

    [Theory]
    [InlineData("{", "config.json: not valid JSON")]
    [InlineData("[]", "config.json: a JSON object is expected, not []")]
    public void ABrokenFileIsNamed(string content, string message)
    {
        using ModelFolder folder = new ModelFolder().Write("config.json", content);
        Assert.Contains(message, LoadError(folder.Path));
    }

    [Fact]
    public void AMissingFolderOrFileIsNamed()
    {
        using var folder = new ModelFolder();
        Assert.Contains("config.json does not exist", LoadError(folder.Path));
        Assert.Equal("model folder /nowhere does not exist", LoadError("/nowhere"));
    }

    private static string LoadError(string folder) =>
        Assert.Throws<UserErrorException>(() => ModelConfig.Load(folder)).Message;

    private static ModelConfig Read(string config) =>
        ModelConfigReader.Read(ConfigFields.Of("config.json", JsonElement.Parse(config)));

    private static string As(string modelType, string architecture, string fields) => Merge(
        Merge(Llama, fields), $$"""{"model_type":"{{modelType}}","architectures":["{{architecture}}"]}""");

    private static string Merge(string config, string fields)
    {
        JsonObject merged = JsonNode.Parse(config)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject())
            merged[name] = value?.DeepClone();
        return merged.ToJsonString();
    }
}
