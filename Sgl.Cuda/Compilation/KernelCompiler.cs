using System.Runtime.InteropServices;
using System.Text;
using Sgl.Cuda.Interop;

namespace Sgl.Cuda.Compilation;

/// <summary>CUDA C++ text to machine code by NVRTC; needs no GPU and no toolkit headers.</summary>
internal static unsafe class KernelCompiler
{
    /// <summary>For example "13.0".</summary>
    public static string Version
    {
        get
        {
            Nvrtc.Check(Nvrtc.Version(out int major, out int minor));
            return $"{major}.{minor}";
        }
    }

    /// <returns>A cubin for the architecture that the options name.</returns>
    /// <exception cref="CudaException">The source does not compile: the message carries the compiler's log.</exception>
    public static byte[] Compile(KernelSource source)
    {
        IEnumerable<string> headerTexts = KernelSource.Headers.Select(KernelSource.ReadHeader);
        nint[] headers = [.. headerTexts.Select(Marshal.StringToCoTaskMemUTF8)];
        nint[] headerNames = [.. KernelSource.Headers.Select(Marshal.StringToCoTaskMemUTF8)];
        nint[] optionTexts = [.. source.Options.Select(Marshal.StringToCoTaskMemUTF8)];
        nint program = 0;
        try
        {
            fixed (nint* texts = headers, names = headerNames, pointers = optionTexts)
            {
                Nvrtc.Check(
                    Nvrtc.CreateProgram(
                        out program, source.Text, source.FileName, headers.Length, (byte**)texts, (byte**)names),
                    source.FileName);
                int code = Nvrtc.CompileProgram(program, optionTexts.Length, (byte**)pointers);
                if (code != 0)
                {
                    string options = string.Join(' ', source.Options);
                    Nvrtc.Check(code, $"{source.FileName} {options}\n{Log(program)}", "CompileProgram");
                }
            }
            return Cubin(program);
        }
        finally
        {
            if (program != 0)
                Nvrtc.Check(Nvrtc.DestroyProgram(ref program));
            foreach (nint text in (nint[])[.. optionTexts, .. headers, .. headerNames])
                Marshal.FreeCoTaskMem(text);
        }
    }

    private static byte[] Cubin(nint program)
    {
        Nvrtc.Check(Nvrtc.GetCubinSize(program, out nuint bytes));
        byte[] cubin = new byte[bytes];
        fixed (byte* pointer = cubin)
            Nvrtc.Check(Nvrtc.GetCubin(program, pointer));
        return cubin;
    }

    private static string Log(nint program)
    {
        Nvrtc.Check(Nvrtc.GetProgramLogSize(program, out nuint bytes));
        byte[] log = new byte[bytes];
        fixed (byte* pointer = log)
            Nvrtc.Check(Nvrtc.GetProgramLog(program, pointer));
        return Encoding.UTF8.GetString(log).TrimEnd('\0', '\n');
    }
}
