; The installer for Windows: for one person, without administrator's rights.
;
; packaging/pack_windows.py compiles it, on Windows or on any system that has makensis:
;     makensis -DVERSION=0.1.0 -DSOURCE=dist\castor -DICON=castor.ico -DOUT=castor-0.1.0-setup.exe castor.nsi
;
; Compiled here by makensis 3.08 on Debian, against a stand-in for the program (see
; tests/packaging). Not run: nobody has tried the installer on a Windows yet.

Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
RequestExecutionLevel user

!include "MUI2.nsh"

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Castor"
!define OPEN_WITH "Software\Classes\Applications\castor-gui.exe"

Name "Castor"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\Castor"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "Castor ${VERSION}"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "Castor"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Castor, a client for Google's Gemini models"
VIAddVersionKey "LegalCopyright" "The Castor developers, Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\castor-gui.exe"

!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; A program that runs keeps its files: then nothing is changed.
!macro StopWhileItRuns
  ClearErrors
  Delete "$INSTDIR\castor-gui.exe"
  IfErrors +3
  Delete "$INSTDIR\castor.exe"
  IfErrors 0 +3
    MessageBox MB_OK|MB_ICONEXCLAMATION "Castor is running. Please close it and start again." /SD IDOK
    Abort
!macroend

Section "Castor"
  !insertmacro StopWhileItRuns
  ; What an older version had and this one does not would be loaded all the same.
  RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${SOURCE}/*.*"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  CreateShortcut "$SMPROGRAMS\Castor.lnk" "$INSTDIR\castor-gui.exe"

  WriteRegStr HKCU "${OPEN_WITH}" "FriendlyAppName" "Castor"
  WriteRegStr HKCU "${OPEN_WITH}\shell\open\command" "" '"$INSTDIR\castor-gui.exe" "%1"'
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" ".png" ""
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" ".jpg" ""
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" ".jpeg" ""
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" ".gif" ""
  WriteRegStr HKCU "${OPEN_WITH}\SupportedTypes" ".webp" ""

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Castor"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\castor-gui.exe"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Castor developers"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
SectionEnd

; The history and the settings of the person, in $LOCALAPPDATA\castor, stay.
Section "Uninstall"
  !insertmacro StopWhileItRuns
  RMDir /r "$INSTDIR\_internal"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Castor.lnk"
  DeleteRegKey HKCU "${OPEN_WITH}"
  DeleteRegKey HKCU "${UNINSTALL}"
SectionEnd
