using Sgl.Engine.Execution;

namespace Sgl.Cuda.Compilation;

/// <summary>
/// The kernels for one device and one activation type: compiled in parallel at the start, loaded when first used.
/// </summary>
internal sealed class KernelLibrary : IDisposable
{
    private readonly CudaContext _context;
    private readonly string[] _options;
    private readonly string _compilerVersion = KernelCompiler.Version;
    private readonly KernelCache _cache = new(KernelCache.DefaultFolder);
    private readonly Dictionary<string, KernelModule> _modules = [];

    public KernelLibrary(CudaContext context, DataType activationType)
    {
        _context = context;
        _options = BaseOptions(context.Device.Architecture, activationType);
    }

    /// <summary>What every kernel is compiled with.</summary>
    public static string[] BaseOptions(string architecture, DataType activationType) =>
    [
        $"--gpu-architecture={architecture}",
        "--std=c++17",
        .. activationType == DataType.Float16 ? (string[])["-DSGL_FLOAT16=1"] : [],
    ];

    /// <summary>Compiles what is not in the cache, all at once over the machine's cores.</summary>
    /// <param name="progress">Told (done, all) after each file, from any thread; may be null.</param>
    public void Prepare(IReadOnlyList<(string Name, string[] Options)> sources, Action<int, int>? progress)
    {
        int done = 0;
        byte[][] cubins = new byte[sources.Count][];
        Parallel.For(0, sources.Count, i =>
        {
            cubins[i] = Cubin(Source(sources[i].Name, sources[i].Options));
            progress?.Invoke(Interlocked.Increment(ref done), sources.Count);
        });
        for (int i = 0; i < sources.Count; i++)
            _modules[Key(sources[i].Name, sources[i].Options)] = new KernelModule(_context, cubins[i]);
    }

    /// <summary>The kernel file's module with these extra options, compiled now if it was not prepared.</summary>
    public KernelModule Get(string name, params string[] options)
    {
        string key = Key(name, options);
        if (!_modules.TryGetValue(key, out KernelModule? module))
            _modules[key] = module = new KernelModule(_context, Cubin(Source(name, options)));
        return module;
    }

    public void Dispose()
    {
        foreach (KernelModule module in _modules.Values)
            module.Dispose();
        _modules.Clear();
    }

    private static string Key(string name, string[] options) => string.Join(' ', [name, .. options]);

    private KernelSource Source(string name, string[] options) => new(name, [.. _options, .. options]);

    private byte[] Cubin(KernelSource source) =>
        _cache.GetOrAdd(source.Hash(_compilerVersion), () => KernelCompiler.Compile(source));
}
